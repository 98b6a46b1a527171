/**
 * How the secret of a flag is written: `-p x`, `-px`, or behind something in its argument (`-u name:x`,
 * `-passin pass:x`, `-b name=x`); `last`: the last of one or two words; `second`: the second word.
 */
export type Form = 'behind' | 'attached' | 'user' | 'pass' | 'pair' | 'domain user' | 'last' | 'second';

export interface Program {
  words: RegExp;
  /** What stands before its name, where that alone does not tell. */
  after?: RegExp;
  flags: ReadonlyMap<string, readonly Form[]>;
  /** Flags without an argument, which can stand before another in one word. */
  switches?: RegExp;
  /** Words that are no flags, before a secret. */
  verbs?: ReadonlyMap<string, Form>;
  /** Whether the first word that is no argument of a flag begins another command. */
  runsAnother?: true;
}

const flags = (given: Record<string, readonly Form[]>) => new Map(Object.entries(given));

/** Programs whose short flags take secrets, and others whose secrets no name tells. */
export const PROGRAMS: readonly Program[] = [
  {
    words: /^curl(?:\.exe)?$/i,
    flags: flags({
      ...{ u: ['user'], U: ['user'], user: ['user'], 'proxy-user': ['user'] },
      ...{ b: ['pair'], cookie: ['pair'], pass: ['behind'], 'proxy-pass': ['behind'] },
    }),
    switches: /^[#0-46aBfgGiIjJklLMnNOpqRsSvVZ]+/,
  },
  {
    words: /^(?:mysql|mariadb-)admin$/i,
    flags: flags({ p: ['attached'] }),
    verbs: new Map([['password', 'behind']]),
  },
  {
    words: /^(?:mysql|mariadb)(?!d(?:_safe)?$)(?:[_-]?[a-z]+)?(?:\.exe)?$/i,
    flags: flags({ p: ['attached'] }),
  },
  { words: /^sshpass$/i, flags: flags({ p: ['behind', 'attached'] }), runsAnother: true },
  {
    words: /^login$/i,
    after:
      /(?:docker|podman|nerdctl|buildah|skopeo|crane|helm\s{1,4}registry|oc|az)\s{1,4}(?:-\S{1,40}\s{1,4})?$/i,
    flags: flags({ p: ['behind', 'attached'] }),
  },
  {
    words: /^redis-cli$/i,
    flags: flags({ a: ['behind'], pass: ['behind'] }),
    verbs: new Map([
      ['auth', 'last'],
      ['requirepass', 'behind'],
      ['masterauth', 'behind'],
    ]),
  },
  {
    words: /^ldap(?:search|modify|add|delete|passwd|whoami|compare|modrdn)$/i,
    flags: flags({ w: ['behind', 'attached'] }),
  },
  {
    words: /^openssl$/i,
    flags: flags({ pass: ['pass'], passin: ['pass'], passout: ['pass'] }),
  },
  {
    words: /^secret$/i,
    after: /kubectl\s[^\r\n]{0,80}create\s{1,4}$/i,
    flags: flags({ 'from-literal': ['pair'] }),
  },
  {
    words: /^mongo(?:sh|dump|restore|export|import)?$/i,
    flags: flags({ p: ['behind'] }),
  },
  { words: /^sqlcmd(?:\.exe)?$/i, flags: flags({ P: ['behind', 'attached'] }) },
  { words: /^mosquitto_(?:pub|sub)$/i, flags: flags({ P: ['behind'] }) },
  { words: /^user(?:add|mod)$/i, flags: flags({ p: ['behind'] }) },
  { words: /^smbclient$/i, flags: flags({ U: ['domain user'], user: ['domain user'] }) },
  {
    words: /^rabbitmqctl$/i,
    flags: flags({}),
    verbs: new Map([
      ['add_user', 'second'],
      ['change_password', 'second'],
    ]),
  },
];

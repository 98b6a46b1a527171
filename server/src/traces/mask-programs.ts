import { OPERANDS, type Operands } from './mask-operands.ts';

/**
 * How the secret of a flag is written: `-p x`, `-px`, or behind something in its argument (`-u name:x`,
 * `-passin pass:x`, `-b name=x`); `last`: the last of one or two words; `second`: the second word.
 */
export type Form =
  | 'behind'
  | 'attached'
  | 'user'
  | 'certificate'
  | 'pass'
  | 'pair'
  | 'domain user'
  | 'comma user'
  | 'slash user'
  | 'option'
  | 'last'
  | 'second';

export interface Program {
  words: RegExp;
  /** What stands before its name, where that alone does not tell. */
  after?: RegExp;
  flags: ReadonlyMap<string, readonly Form[]>;
  /** Flags without an argument, which can stand before another in one word. */
  switches?: RegExp;
  /** Further flags with a secret behind them, by how they are called. */
  longs?: RegExp;
  /** What begins as a flag with a secret attached, and is none. */
  others?: RegExp;
  /** Words that are no flags, before a secret. */
  verbs?: ReadonlyMap<string, Form>;
  /** Which of its arguments are secret by their place. */
  operands?: Operands;
  /** Whether the first word that is no argument of a flag begins another command. */
  runsAnother?: true;
}

/** A program as it stands in the table. */
interface Row extends Omit<Program, 'words' | 'flags' | 'verbs'> {
  /** A pattern of its names. */
  names: string;
  /**
   * Words, one of which stands in every text with such a secret. Looked for in every trace, so they are rare; where
   * the name is too short for that, it has what comes next behind it.
   */
  hints: string;
  flags?: Record<string, readonly Form[]>;
  verbs?: Record<string, Form>;
}

/** Two words, as they stand in a command line, in lists, in lists within a text, and in forms. */
const together = (firsts: string, seconds: string) =>
  firsts
    .split(' ')
    .flatMap((first) =>
      seconds.split(' ').flatMap((second) => BETWEEN.map((between) => first + between + second)),
    )
    .join(' ');
/** Without spaces, which count for nothing. */
const BETWEEN = ['', '","', '\\",\\"', '\\\\\\",\\\\\\"', "','", '+', '%20'];

/** Settings of NetworkManager, of which a word begins with a letter. */
const NETWORK_SECRETS: Record<string, Form> = {
  ...{ password: 'behind', 'x.password': 'behind', psk: 'behind' },
  ...{ 'wifi-sec.psk': 'behind', 'wireless-security.psk': 'behind' },
  ...{ 'wifi-sec.wep-key0': 'behind', 'wireless-security.wep-key0': 'behind' },
};

const COMMANDS_OF_7Z = together('7z', 'a" d" e" l" t" u" x" a\\ e\\ u\\ x\\ a\' e\' x\'');

/** Global flags of a program, before its command. */
const GLOBALS = String.raw`(?:\s{1,4}--?[\w-]{1,40}(?:(?:=|\s{1,4}(?=[^\s-]))\S{1,100})?){0,5}\s{1,4}$`;

/** Programs whose short flags take secrets, and others whose secrets no name tells. */
const ROWS: readonly Row[] = [
  {
    names: String.raw`curl(?:\.exe)?`,
    hints: 'curl',
    flags: {
      ...{ u: ['user'], U: ['user'], user: ['user'], 'proxy-user': ['user'] },
      ...{ b: ['pair'], cookie: ['pair'], pass: ['behind'], 'proxy-pass': ['behind'] },
      ...{ E: ['certificate'], cert: ['certificate'], 'proxy-cert': ['certificate'] },
    },
    switches: /^[#0-46aBfgGiIjJklLMnNOpqRsSvVZ]+/,
  },
  {
    names: '(?:mysql|mariadb-)admin',
    hints: 'mysqla mariadb',
    flags: { p: ['attached'] },
    others: /^p(?:rotocol|ort|lugin-dir|rint-defaults|ipe)(?![\w-])/,
    verbs: { password: 'behind' },
  },
  {
    names: String.raw`(?:mysql|mariadb)(?!d(?:_safe)?$)(?:[_-]?[a-z]+)?(?:\.exe)?`,
    hints:
      'mysqlu mysqlh mysqlc mysqli mysqlp mysqld mysqla mysqle mysqln mysqls mysqlv mysqlt mysqlb mysqlf mysql" mysql\' mysql, mysql\\ mysql+ mysql% mysql\n mysql\r mysql] mariadb',
    flags: { p: ['attached'] },
    others: /^p(?:rotocol|ort|ager|rompt|lugin-dir|rint-defaults|ipe)(?![\w-])/,
  },
  { names: 'sshpass', hints: 'sshpass', flags: { p: ['behind', 'attached'] }, runsAnother: true },
  {
    names: 'login',
    after: new RegExp(
      String.raw`(?:\b(?:docker|podman|nerdctl|buildah|skopeo|crane|oc|az)|\bhelm\s{1,4}registry)${GLOBALS}`,
      'i',
    ),
    hints:
      'docker" docker\\ docker\n docker\r podman" dockerlog podmanlogin nerdctllogin buildahlogin skopeologin cranelogin registrylogin oclogin ockubeconfig azlogin dockerconfig dockercontext dockerh dockerd dockerl dockerc dockert podmanl',
    flags: { p: ['behind', 'attached'] },
  },
  {
    names: 'redis-cli',
    hints: 'rediscli',
    flags: { a: ['behind'], pass: ['behind'] },
    verbs: { auth: 'last', requirepass: 'behind', masterauth: 'behind' },
  },
  {
    names: 'ldappasswd',
    hints: 'ldapp',
    flags: { w: ['behind', 'attached'], s: ['behind', 'attached'], a: ['behind', 'attached'] },
  },
  {
    names: 'ldap(?:search|modify|add|delete|whoami|compare|modrdn)',
    hints: 'ldaps ldapm ldapa ldapd ldapp ldapw ldapc',
    flags: { w: ['behind', 'attached'] },
  },
  {
    names: String.raw`openssl(?:\.exe)?`,
    hints: 'openssl',
    flags: {
      ...{ pass: ['pass'], passin: ['pass'], passout: ['pass'], macopt: ['user'] },
      ...{ k: ['behind'], K: ['behind'], psk: ['behind'], hmac: ['behind'] },
    },
    operands: OPERANDS.opensslPassword,
  },
  {
    names: 'secret',
    after: new RegExp(String.raw`kubectl\s[^\r\n]{0,80}create${GLOBALS}`, 'i'),
    hints: 'fromliteral',
    flags: { 'from-literal': ['pair'] },
  },
  {
    names: 'mongo(?:sh|dump|restore|export|import)?',
    hints: 'mongo',
    flags: { p: ['behind', 'attached'] },
    others: /^port(?![\w-])/,
  },
  {
    names: String.raw`(?:sqlcmd|tsql)(?:\.exe)?`,
    hints: 'sqlcmd tsql',
    flags: { P: ['behind', 'attached'] },
  },
  { names: 'isql', hints: 'isql', flags: { P: ['behind', 'attached'] }, operands: OPERANDS.odbc },
  { names: 'slappasswd', hints: 'slappasswd', flags: { s: ['behind', 'attached'] } },
  {
    names: String.raw`az(?:\.cmd)?`,
    hints: 'azsql azmysql azmariadb azpostgres az" az\\',
    operands: OPERANDS.azure,
  },
  {
    names: String.raw`reg(?:\.exe)?`,
    hints: 'regadd regexeadd reg" reg\\ regexe" regexe\\',
    operands: OPERANDS.registry,
  },
  { names: String.raw`bcp(?:\.exe)?`, hints: 'bcp', flags: { P: ['behind', 'attached'] } },
  { names: 'mosquitto_(?:pub|sub)', hints: 'mosquitto', flags: { P: ['behind'] } },
  {
    names: 'user(?:add|mod)',
    hints: 'useradd usermod',
    flags: { p: ['behind'] },
    switches: /^[mMrNUlo]+/,
  },
  {
    names: 'smbclient',
    hints: 'smbclient',
    flags: { U: ['domain user'], user: ['domain user'] },
    operands: OPERANDS.smbclient,
  },
  { names: 'rpcclient', hints: 'rpcclient', flags: { U: ['domain user'], user: ['domain user'] } },
  {
    names: 'rabbitmqctl',
    hints: 'rabbitmqctl',
    verbs: { add_user: 'second', change_password: 'second' },
  },
  {
    names: 'sqlplus|sqlcl|sqlldr|(?:ex|im)pdp',
    hints: 'sqlplus sqlcl sqlldr expdp impdp',
    operands: OPERANDS.oracle,
    verbs: { userid: 'slash user' },
  },
  {
    names: 'rman',
    hints: together('rman', 'target catalog auxiliary'),
    verbs: { target: 'slash user', catalog: 'slash user', auxiliary: 'slash user' },
  },
  {
    names: String.raw`(?:un)?zip(?:\.exe)?`,
    hints: together('zip', 'p r e q j m u f d o s v 0 1 9'),
    flags: { P: ['behind', 'attached'] },
    switches: /^[0-9acCdDefFgjJlLmnoqrRTuvwXyzZ]+/,
  },
  {
    names: String.raw`7z[arz]?(?:\.exe)?`,
    // Times end in `7Z",` too, before names of other members.
    hints: `7z+a 7z%20 7za 7zd 7ze 7zl 7zr 7zt 7zu 7zx 7zz ${COMMANDS_OF_7Z}`,
    flags: { p: ['attached'] },
  },
  {
    names: String.raw`(?:un)?rar(?:\.exe)?`,
    hints: `unrar ${together('rar', 'a x')}`,
    flags: { p: ['attached'] },
    switches: /^h(?=p)/,
  },
  { names: 'cqlsh', hints: 'cqlsh', flags: { p: ['behind', 'attached'] } },
  {
    names: 'ipmitool',
    hints: 'ipmitool',
    flags: { P: ['behind', 'attached'] },
    verbs: { password: 'second' },
  },
  {
    names: 'snmp(?:get|getnext|bulkget|walk|bulkwalk|set|table|trap|inform|status|df|delta|usm|vacm)',
    hints: 'snmp',
    flags: { A: ['behind', 'attached'], X: ['behind', 'attached'], c: ['behind', 'attached'] },
  },
  {
    names: String.raw`(?:obsutil|ossutil)(?:64)?(?:\.exe)?`,
    hints: 'obsutil ossutil',
    flags: { k: ['behind'], t: ['behind'] },
  },
  {
    names: 'l?ftp',
    hints: `lftp ${together('ftp', 'u')}`,
    flags: { u: ['comma user'], user: ['comma user'] },
  },
  {
    names: String.raw`mount(?:\.(?:cifs|smb3))?`,
    hints: 'cifs smb3 pass=',
    flags: { o: ['option'] },
  },
  { names: 'rclone', hints: 'rclone', longs: /-pass2?$/, verbs: { pass: 'behind' } },
  {
    names: String.raw`(?:plink|pscp|psftp|putty|nodetool)(?:\.exe)?`,
    hints: 'plink pscp psftp putty nodetool',
    flags: { pw: ['behind'] },
  },
  { names: String.raw`psexec(?:64)?(?:\.exe)?`, hints: 'psexec', flags: { p: ['behind'] } },
  { names: 'rdesktop|beeline|twine', hints: 'rdesktop beeline twine', flags: { p: ['behind'] } },
  { names: 'swift', hints: 'swift', flags: { K: ['behind'] } },
  {
    names: 'ssh-keygen',
    hints: 'sshkeygen',
    flags: { N: ['behind', 'attached'], P: ['behind', 'attached'] },
  },
  { names: String.raw`kadmin(?:\.local)?`, hints: 'kadmin', flags: { w: ['behind'], pw: ['behind'] } },
  { names: 'etcdctl', hints: 'etcdctl', flags: { user: ['user'] } },
  {
    names: String.raw`(?:[wx]?freerdp\d?|cmdkey|schtasks)(?:\.exe)?`,
    hints: 'freerdp cmdkey schtasks',
    operands: OPERANDS.slashPassword,
  },
  { names: 'nmcli', hints: 'nmcli', verbs: NETWORK_SECRETS },
  { names: 'wpa_passphrase', hints: 'wpapass', operands: OPERANDS.wireless },
  { names: 'samba-tool', hints: 'sambatool', operands: OPERANDS.samba },
  { names: 'ansible-vault', hints: 'ansiblevault', operands: OPERANDS.ansible },
  { names: 'htpasswd', hints: 'htpasswd', operands: OPERANDS.htpasswd },
  {
    names: String.raw`(?:vault|bao)(?:\.exe)?`,
    hints: together('vault bao', 'login unseal token operator'),
    operands: OPERANDS.vault,
  },
  {
    names: String.raw`(?:mc|mcli)(?:\.exe)?`,
    hints: `${together('alias', 'set')} ${together('host user', 'add')}`,
    operands: OPERANDS.minio,
  },
  {
    names: String.raw`net1?(?:\.exe)?`,
    // In prose, something of the net can be a user's.
    after: /(?:^|[\r\n;&|"'`(>\\]|\/c|\bsudo|\bexec)\s{0,4}$/i,
    hints: together('net net1 netexe', 'user use'),
    operands: OPERANDS.net,
  },
  { names: 'user-secrets', hints: together('usersecrets', 'set'), verbs: { set: 'second' } },
  {
    names: 'secret',
    after: /\bgh\s{1,4}$/i,
    hints: together('gh', 'secret'),
    flags: { b: ['behind', 'attached'], body: ['behind'] },
  },
  {
    names: 'secret',
    after: /\bkeyvault\s{1,4}$/i,
    hints: together('keyvault', 'secret'),
    flags: { value: ['behind'] },
  },
  {
    names: 'ConvertTo-SecureString',
    hints: 'converttosecurestring',
    operands: OPERANDS.secureString,
  },
];

export const PROGRAMS: readonly Program[] = ROWS.map(({ names, hints: _, flags = {}, verbs, ...row }) => ({
  ...row,
  words: new RegExp(`^(?:${names})$`, 'i'),
  flags: new Map(Object.entries(flags)),
  ...(verbs && { verbs: new Map(Object.entries(verbs)) }),
}));

/** Whether a word is the name of one. */
export const PROGRAM = new RegExp(`^(?:${ROWS.map(({ names }) => names).join('|')})$`, 'i');

/** Patterns of their names, where they stand in a text. */
export const PROGRAM_NAMES = ROWS.map(({ names }) => names.replaceAll('$', String.raw`\b`)).join('|');

/** One of these is in every text that names one with a secret. */
export const PROGRAM_HINTS = ROWS.flatMap(({ hints }) => hints.split(' '));

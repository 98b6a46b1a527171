import { CODE_HINTS, CODE_NAMES } from './mask-codes.ts';
import { canBeDescribed } from './mask-described.ts';
import { WordFinder } from './mask-hint.ts';
import { PROGRAM_HINTS, PROGRAM_NAMES } from './mask-programs.ts';
import { standsIn } from './mask-stand-ins.ts';

/**
 * What of a secret member is masked: whatever its value is; anything but an object, which is looked through; or text
 * only, while lists are looked through, too; or what has the form of a code.
 */
export type Secrecy = 'all' | 'no object' | 'text' | 'code';

/** Values that tell of a secret, and are none. */
const NO_SECRET =
  /^(?:null|true|false|none|nil|undefined|yes|no|required|optional|missing|empty|invalid|incorrect|wrong|expired|revoked|rotated|changed|unchanged|enabled|disabled|valid|granted|denied|accepted|rejected|verified|failed|present|\**)[.!:]?$/i;
const LONGEST_NO_SECRET = 12;
/** What stands in place of a secret: somebody's mask, the name of a secret that is kept elsewhere. */
const STAND_IN =
  /^(?:hidden_due_to_security_reasons|sensitivedataremoved|[[(<*]{1,3}(?:filtered|hidden|masked|redacted|removed|sensitive(?: value)?)[\])>*]{1,3}|arn:aws[\w-]{0,10}:(?:secretsmanager|ssm):[\w:/.+=@-]{1,200})$/i;
const LONGEST_STAND_IN = 300;
/** Whether a value says how it stands with a secret: `password: incorrect`. */
export const isNoSecret = (value: string) =>
  (value.length <= LONGEST_NO_SECRET && NO_SECRET.test(value)) ||
  (value.length <= LONGEST_STAND_IN && STAND_IN.test(value)) ||
  standsIn(value);

/** What may stand within a name and counts for nothing. */
const SEPARATORS = ' _.-]';

/** Ends of names, in lower case and without `_`, `-`, `.` and spaces. */
const ENDS = [
  'password',
  'passwd',
  'passphrase',
  'passwort',
  'pwd',
  'passwordconfirmation',
  'passwordconfirm',
  'passwordhash',
  'passwords',
  'passcode',
  'secretkeybase',
  'adminpass',
  'authpass',
  'becomepass',
  'bindpass',
  'dbpass',
  'emailpass',
  'ftppass',
  'keypass',
  'ldappass',
  'mailpass',
  'mqttpass',
  'mysqlpass',
  'pgpass',
  'redispass',
  'requirepass',
  'authkey',
  'masterauth',
  'primaryauth',
  'rootpass',
  'smtppass',
  'sshpass',
  'storepass',
  'sudopass',
  'userpass',
  'rediscliauth',
  'privatekey',
  'secretkey',
  'secretaccesskey',
  'accesskeysecret',
  'sharedaccesskey',
  'accountkey',
  'customerkey',
  'subscriptionkey',
  'apikey',
  'clientsecret',
  'appsecret',
  'apisecret',
  'consumersecret',
  'sharedsecret',
  'tokensecret',
  'webhooksecret',
  'signingsecret',
  'sessionsecret',
  'jwtsecret',
  'userdata',
];
const WHOLE = ['secretstring', 'secretbinary', 'secretvalue', 'securestring'];
/** What can hold a secret as well as describe one: `{"secret": {"name": "x"}}`. */
const DESCRIBED = 'secret';
/** Of npm, where `auth` is no secret elsewhere. */
const NPM = '_auth';

/** Masked where they are text; as structures they hold names of their own. */
const TEXT_ENDS = [
  'authorization',
  'cookie',
  'cookies',
  'credential',
  'credentials',
  'amzsignature',
  'googsignature',
  'obssignature',
  'osssignature',
  'tossignature',
  'qsignature',
  'sharedaccesssignature',
];
/** What a signature in a URL is called; elsewhere such a member is no secret. */
const PARAMETERS = ['signature', 'sig'];

/** Tokens that are places in a list or make a call idempotent; every other token is a secret. */
const HARMLESS_TOKEN =
  /(?:next|page|pagination|continuation|marker|client|clientrequest|idempotency|sync|start|starting|previous|prev|change|resume|max)token$/;
/** Flags of curl whose arguments are secrets. */
const FLAGS = ['oauth2bearer', 'proxyuser'];
/** Access key and scope of a signed URL, no secret. */
const HARMLESS_CREDENTIAL = /(?:amz|goog)credential$/;

const CODE = new RegExp(`(?:${CODE_NAMES.join('|')})$`);

const escaped = (text: string) => text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
/** A name in all its spellings. */
const spread = (name: string) => [...name].map(escaped).join('[ _.\\]-]*');
/** What ends with another of them is found by that. */
const anyOf = (names: readonly string[]) =>
  names
    .filter((name) => !names.some((other) => other !== name && name.endsWith(other)))
    .map(spread)
    .join('|');

/**
 * Every name above has one of these parts, and so has `Bearer …`; behind an escaped letter or separator a name
 * could hide, and in `?sig=` it is short. Looked for in every trace, so they are few and rare. `\ud` is half of a
 * surrogate pair.
 */
const PARTS = [
  ...'pass pwd secr toke vateke apike ountke merke ionke esske serda rizat cook denti natur vate+ke vate%20ke'.split(
    ' ',
  ),
  ...'eyjhbgci eyj0exai eyjrawqi eyj4nxqi eyjlbmmi proxyuser authkey masterauth primaryauth securestring'.split(
    ' ',
  ),
  ...'auth= auth%3d setauth auth":" auth\\'.split(' '),
  ...CODE_HINTS,
  ...'sig= sig% bearer \\u00 \\ud \\x %25 %2d %2e %4 %5 %6 %7'.split(' '),
];
/** The same of secrets that no name tells: arguments of programs, tokens by how they begin, what a command reads. */
const OTHER_PARTS = [
  ...PROGRAM_HINTS,
  ...'configset configureset setx |passwd sudopasswd smbpasswd chpasswd kinit stdin withtoken sudos sudok stringdata'.split(
    ' ',
  ),
  ...'ghp ghu gho ghs ghr githubpat glpat glptt glrt gldt glft glcbt glagent glsoat glimt gloas'.split(' '),
  ...'xoxa xoxb xoxe xoxo xoxp xoxr xoxs xapp sklive sktest rklive rktest dckrpat pypiagei aiza'.split(' '),
  ...'shpat shpca shppa shpss dopv1 glsa hvb hvr hvs skant skproj'.split(' '),
  ...'oracle:thin oracle:oci oracle%3athin oracle%3aoci'.split(' '),
  ...'hooksslack discordcom discordappcom incomingwebhook apitelegram openfeishu openlarksuite hookszapier'.split(
    ' ',
  ),
  ...'makerifttt webexapis apiciscospark'.split(' '),
];
/** Without words that hold another one: where they stand, that does. */
const shortest = (words: readonly string[]) =>
  words.filter((word) => !words.some((other) => other !== word && word.includes(other)));
/** Behind a name: one of several is `password2` or `password[0]`, and what it is in a form `Password:`. */
const COUNTED = /[[:*?]{0,2}\d{0,3}$/;
/** What stands behind a whole name, which can be counted. */
const AFTER = String.raw`(?!\d*[a-z])`;
/** How names end, which takes longer to find. */
const NAME = `(?:${anyOf([...ENDS, ...WHOLE, DESCRIBED, ...TEXT_ENDS, ...CODE_NAMES, 'token', 'signature', 'proxyuser'])}|(?:[?&#;]|%3f|%26|%23)sig|bearer|identified|private(?:\\+|%20)key)${AFTER}|_auth|auths\\\\*"|secretlist|eyj(?:hbgci|0exai|rawqi|4nxqi|lbmmi)|${String.raw`\\u00[2-7]|\\x[2-7]|%(?:2[5de]|[4-7])`}`;
/** A program that takes a secret among its arguments, or reads one. The end of an escape can stand before it: `\ncurl`. */
const PROGRAM = String.raw`(?:${PROGRAM_NAMES}|(?:ch|smb)?passwd|kinit|gh|sudo|config(?:ure)?|setx|\w+-stdin|stdin|with-token)(?:[\s+\\,;&|)\]]|%20|$|["'](?:\s{0,8}[,\]}\s]|$)|'\s{0,8},?\s{0,8}')`;
/** A token that its beginning makes one, the user of a database, the address of a webhook. */
const ISSUED = String.raw`(?:gh[opsur]|github_pat|shp(?:at|ca|pa|ss)|dop_v1|[rs]k_(?:live|test)|dckr_pat|glsa)_\w|gl[a-z]{2,6}-\w|xox[a-z]-|xapp-|pypi-agei|aiza\w|hv[brs]\.\w|sk-(?:ant|proj)-|stringdata|oracle(?::|%3a)(?:thin|oci)|hooks\.(?:slack|zapier)|discord(?:app)?\.com|incomingwebhook|api\.(?:telegram|ciscospark)|open\.(?:feishu|larksuite)|maker\.ifttt|webexapis`;
const OTHER = new RegExp(`${PROGRAM}|${ISSUED}`, 'i');
const OTHERS = new WordFinder(OTHER_PARTS, SEPARATORS);
/** What stands before a whole name. */
const BEFORE = String.raw`(?:(?<![a-z])|(?<=\\[bfnrt]|\\x[0-9a-f]{2}|\\u[0-9a-f]{4}|%[0-9a-f]{2}))`;
/** A URL that names user and password, with its scheme or without. */
const URL_PASSWORD = /\/\\*\/[^\s/@:"']*:(?:[^\s/@"']+|[^\s@"']{1,400})@/;
/** The beginning of one that could. */
const ENCODED_URL = /%3a|[:/]\\*(?:\/\\*)?%2f|%2f\\*(?:\/|%2f)/i;
const AT = 0x40;
const namesUser = (text: string) => text.includes('@') && (URL_PASSWORD.test(text) || ENCODED_URL.test(text));

/** The longest name that is looked at; of longer ones the end counts. */
const LONGEST = 64;
/** Names that are remembered. */
const REMEMBERED = 5000;

const bare = (name: string) =>
  name
    .slice(-LONGEST)
    .toLowerCase()
    .replaceAll(/[ _.\-\]]/g, '');

/** Which names stand for secrets: a list of common ones, and those of the configuration. */
export class SecretNames {
  private readonly hint: WordFinder;
  /** The same for names only. */
  private readonly nameHint: WordFinder;
  private readonly name: RegExp;
  private readonly ends: RegExp;
  private readonly textEnds: RegExp;
  private readonly whole: ReadonlySet<string>;
  /** Names of the configuration. */
  private readonly given: RegExp;
  /** By name. Keys of an object are copies: those of a map would keep the whole texts from which they were cut. */
  private known: Record<string, Secrecy | null> = Object.create(null);
  private knownNames = 0;

  /** @param more further names; with `*` before it, a name is an end of names */
  constructor(more: readonly string[] = []) {
    const given = more.map((name) => ({ end: name.startsWith('*'), name: bare(name.replace(/^\*/, '')) }));
    const ends = given.filter(({ end }) => end).map(({ name }) => name);
    const whole = given.filter(({ end }) => !end).map(({ name }) => name);
    this.ends = new RegExp(`(?:${[...ENDS, ...ends.map(escaped)].join('|')})$`);
    this.textEnds = new RegExp(`(?:${TEXT_ENDS.join('|')})$`);
    this.whole = new Set([...WHOLE, ...whole]);
    this.given = new RegExp(
      `(?:${[...ends.map(escaped), ...whole.map((name) => `^${escaped(name)}`), '(?!)'].join('|')})$`,
    );
    const further = [
      ...ends.map((name) => `${spread(name)}${AFTER}`),
      ...whole.map((name) => `${BEFORE}${spread(name)}${AFTER}`),
    ];
    const spellings = [...ends, ...whole].flatMap((name) => [name, name.toUpperCase()]);
    // A name beyond ASCII could hide behind any escape.
    const isForeign = spellings.some((name) => /[^ -~]/.test(name));
    if (isForeign) further.push(String.raw`\\u[0-9a-f]{4}`);
    const parts = [...PARTS, ...spellings, ...(isForeign ? ['\\u'] : [])];
    this.hint = new WordFinder(shortest([...parts, ...OTHER_PARTS]), SEPARATORS);
    this.nameHint = new WordFinder(parts, SEPARATORS);
    this.name = new RegExp([...further, NAME].join('|'), 'i');
  }

  /** Whether nothing could be a secret in any text of a line of JSON. Every trace passes here. */
  acquits(line: string): boolean {
    return !this.hint.in(line) && !namesUser(line);
  }

  /** The same of a line in UTF-8. */
  acquitsBytes(line: Buffer): boolean {
    if (this.hint.inBytes(line, 0, line.length)) return false;
    return !line.includes(AT) || !namesUser(line.toString('utf8'));
  }

  /** Whether there could be a secret in a text. */
  suspects(text: string): boolean {
    if (this.hint.in(text)) {
      if (this.nameHint.in(text) && this.name.test(text)) return true;
      if (this.suspectsOthers(text)) return true;
    }
    return namesUser(text);
  }

  /** Whether there could be a secret in it that no name tells. */
  suspectsOthers(text: string): boolean {
    return OTHERS.in(text) && OTHER.test(text);
  }

  /** What is masked of a member of this name; undefined: nothing. */
  of(name: string): Secrecy | undefined {
    const secrecy = this.ofMember(name);
    return secrecy === 'code' ? undefined : secrecy;
  }

  /** The same where the value is looked at, too, and can have the form of a code. */
  ofMember(name: string): Secrecy | undefined {
    if (name.length > LONGEST) return this.judge(bare(name));
    const known = this.known[name];
    if (known !== undefined) return known ?? undefined;
    const secrecy = name === NPM ? 'all' : this.judge(bare(name));
    if (++this.knownNames > REMEMBERED) {
      this.known = Object.create(null);
      this.knownNames = 1;
    }
    this.known[name] = secrecy ?? null;
    return secrecy;
  }

  /** The same for a parameter of a URL. */
  ofParameter(name: string): Secrecy | undefined {
    return PARAMETERS.includes(bare(name)) ? 'text' : this.ofMember(name);
  }

  /** The same for a flag of a command line. */
  ofFlag(name: string): Secrecy | undefined {
    return this.of(name) ?? (FLAGS.includes(bare(name)) ? 'all' : undefined);
  }

  /** Whether an object of this name may describe a secret; what the configuration names is masked as a whole. */
  canBeDescribed(name: string): boolean {
    const whole = bare(name);
    const one = whole.replace(COUNTED, '');
    return canBeDescribed(one) && !this.given.test(whole) && !this.given.test(one);
  }

  private judge(name: string): Secrecy | undefined {
    return this.judgeOne(name) ?? this.judgeOne(name.replace(COUNTED, ''));
  }

  private judgeOne(name: string): Secrecy | undefined {
    if (name === DESCRIBED) return 'no object';
    if (this.whole.has(name) || this.ends.test(name)) return 'all';
    if (name.endsWith('token')) return HARMLESS_TOKEN.test(name) ? undefined : 'all';
    if (this.textEnds.test(name) && !HARMLESS_CREDENTIAL.test(name)) return 'text';
    return CODE.test(name) ? 'code' : undefined;
  }
}

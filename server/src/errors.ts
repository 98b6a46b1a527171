/**
 * A refusal that the caller may read: an HTTP status, a code of the CTS error table and a text that names
 * the field, what is wrong with it and the rule.
 */
export class CtsError extends Error {
  override readonly name = 'CtsError';
  readonly status: number;
  readonly code: string;
  /** The offending member or parameter, where there is one. */
  readonly field: string | undefined;
  /** Seconds until a retry makes sense; becomes `Retry-After`. */
  readonly retryAfter: number | undefined;

  constructor(
    status: number,
    code: string,
    message: string,
    extra: { field?: string; retryAfter?: number } = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.field = extra.field;
    this.retryAfter = extra.retryAfter;
  }
}

/** Every refusal of the service, by name. Codes: `docs/reference/cts-errors.md` 2, 3, 4. */
export const ERRORS = {
  invalidBody: (field: string | undefined, message: string) =>
    new CtsError(400, 'CTS.0003', message, { field }),
  wrongContentType: (given: string, wanted: string) =>
    new CtsError(
      400,
      'CTS.0003',
      `Content-Type is ${given === '' ? 'missing' : JSON.stringify(given.slice(0, 100))}; it must be ${wanted}`,
      { field: 'Content-Type' },
    ),
  invalidQuery: (field: string, message: string) => new CtsError(400, 'CTS.0300', message, { field }),
  unreadableRequest: (message: string) => new CtsError(400, 'APIGW.0201', message),
  /** Refusals of what is below the routes. */
  headersTooLarge: () => new CtsError(431, 'APIGW.0201', 'the headers are larger than the limit of 16 kB'),
  addressTooLong: () => new CtsError(414, 'APIGW.0201', 'a part of the address is too long'),
  tooSlow: () => new CtsError(408, 'APIGW.0201', 'the request came too slowly'),
  expectation: (expected: string) =>
    new CtsError(
      417,
      'APIGW.0201',
      `Expect is ${JSON.stringify(expected.slice(0, 100))}; it must be 100-continue or absent`,
      { field: 'Expect' },
    ),
  unauthenticated: (reason: string) =>
    new CtsError(401, 'APIGW.0301', `Incorrect IAM authentication information: ${reason}`),
  noSuchAccessKey: (access: string) =>
    new CtsError(
      401,
      'APIGW.0301',
      `Incorrect IAM authentication information: Get secretKey failed,ak:${access.slice(0, 64)},err:ak not exist`,
    ),
  /** One text for wrong password, unknown, disabled and blocked user. */
  wrongPassword: () =>
    new CtsError(
      401,
      'APIGW.0301',
      'the account, the user or the password is wrong, or there were too many tries',
    ),
  scopeNotFound: (kind: 'project' | 'domain') =>
    new CtsError(401, 'APIGW.0301', `the ${kind} of the scope does not exist or is not yours`),
  /** Refusals of the identity service. */
  iamInvalid: (field: string, message: string) => new CtsError(400, 'IAM.0011', message, { field }),
  iamForbidden: (message: string) => new CtsError(403, 'IAM.0003', message),
  iamNotFound: (kind: string, id: string) => new CtsError(404, 'IAM.0004', `there is no ${kind} ${id}`),
  iamConflict: (kind: string, name: string) =>
    new CtsError(409, 'IAM.0005', `there is already ${/^[aeio]/.test(kind) ? 'an' : 'a'} ${kind} ${name}`),
  iamInUse: (message: string) => new CtsError(409, 'IAM.0005', message),
  /** @param rule of how many there are at most */
  iamFull: (rule: string) => new CtsError(400, 'IAM.0006', `${rule}; remove one first`),
  /** @param action that whoever gives lacks. @param where it would hold */
  givesMore: (action: string, where: string) =>
    new CtsError(
      403,
      'IAM.0003',
      `this would give ${action} in ${where}, which your own roles do not allow there: nobody gives more than they hold`,
    ),
  deniesMore: (action: string, where: string) =>
    new CtsError(
      403,
      'IAM.0003',
      `this would deny ${action} in ${where}, which your own roles do not allow there: nobody denies to others what they do not hold`,
    ),
  nameTaken: (name: string) =>
    new CtsError(
      403,
      'IAM.0003',
      `the name ${name} is that of another user of the account, or looks like it`,
    ),
  lastAdministrator: () =>
    new CtsError(
      409,
      'IAM.0005',
      'nobody could administer the account any more: first give another enabled user, whom no role denies anything, the role Security Administrator in the account',
    ),
  /** @param role that nobody else could give back */
  lastHolder: (role: string) =>
    new CtsError(
      409,
      'IAM.0005',
      `nobody could give the role ${role} any more: first give another enabled user, to whom nothing of IAM is denied, the role Security Administrator in the account, and ${role} in the account and in all its projects`,
    ),
  /** A refusal that has a code of its own in the error table. */
  refused: (code: string, field: string | undefined, message: string) =>
    new CtsError(400, code, message, { field }),
  noSuchTracker: (name: string) =>
    new CtsError(404, 'CTS.0214', `there is no tracker ${name} in this project`, { field: 'tracker_name' }),
  noSuchNotification: (which: string) =>
    new CtsError(404, 'CTS.0403', `there is no notification ${which} in this project`),
  noSuchFile: (key: string) =>
    new CtsError(404, 'CTS.0003', `there is no trace file ${key} of this project`, { field: 'key' }),
  noSuchPlace: (prefix: string) =>
    new CtsError(404, 'CTS.0003', `nothing of this project's archive lies below ${prefix} in this bucket`, {
      field: 'prefix',
    }),
  noSuchObject: (key: string) =>
    new CtsError(404, 'CTS.0003', `there is no ${key} in this project's archive`, { field: 'key' }),
  nothingArchived: () =>
    new CtsError(404, 'CTS.0003', "nothing of this project's archive lies in this time", { field: 'from' }),
  digestsOfBefore: (until: number) =>
    new CtsError(
      400,
      'CTS.0003',
      `digests up to ${new Date(until).toISOString()} were written by an earlier version, which does not know what they list: ask for what came after, and verify what came before in the bucket itself`,
      { field: 'from' },
    ),
  noSuchSavedSearch: (id: string) => new CtsError(404, 'CTS.0003', `you keep no search ${id} here`),
  noSuchSearch: (id: string) =>
    new CtsError(404, 'CTS.0003', `there is no search ${id} of yours; findings are kept for half an hour`),
  fileGone: (key: string) =>
    new CtsError(404, 'CTS.0005', `the trace file ${key} was delivered, but is not in its bucket any more`),
  fileTooLong: (key: string, limit: number) =>
    new CtsError(
      400,
      'CTS.0003',
      `the text of the trace file ${key} is longer than ${limit} bytes: download it instead`,
      { field: 'key' },
    ),
  fileDamaged: (key: string) =>
    new CtsError(500, 'CTS.0005', `the trace file ${key} cannot be read: it was changed since its delivery`),
  fileUnreadable: (key: string) =>
    new CtsError(502, 'CTS.0005', `the disk of the bucket does not give the trace file ${key} back`),
  keyUnusable: (message: string) => new CtsError(400, 'CTS.0222', message, { field: 'kms_id' }),
  keyNotPermitted: () =>
    new CtsError(403, 'CTS.0013', 'the file is encrypted, and your roles do not allow kms:dek:decrypt'),
  wrongKeyState: (message: string) => new CtsError(409, 'CTS.0222', message),
  aliasTaken: (alias: string) =>
    new CtsError(409, 'CTS.0003', `there is already a key ${alias} in this project`, { field: 'alias' }),
  noSuchKey: (id: string) => new CtsError(404, 'CTS.0222', `there is no key ${id} in this project`),
  notQuarantined: (id: string) =>
    new CtsError(404, 'CTS.0003', `nothing is set aside as ${id.slice(0, 40)}; it may have been replayed`),
  noBackup: (id: string) =>
    new CtsError(
      404,
      'CTS.0003',
      `there is no backup ${id.slice(0, 40)}; it may have expired, or the service was started again`,
    ),
  /** @param state of it */
  backupNotReady: (state: string) => new CtsError(409, 'CTS.0003', `the backup is ${state}`),
  backupUnderWay: (id: string) =>
    new CtsError(
      409,
      'CTS.0003',
      `the backup ${id} waits to be fetched, and only one is at a time: let the command that fetches it end; it goes an hour after it was asked for last, or with DELETE /v3/backups/${id}`,
    ),
  /** Refusals of the notification service; codes: `docs/reference/smn-api.md` 12. */
  smn: (status: number, code: string, message: string, field?: string) =>
    new CtsError(status, `SMN.${code}`, message, { field }),
  tooManyDetections: (retryAfter: number) =>
    new CtsError(
      429,
      'APIGW.0308',
      `an account tries 60 endpoints a minute and 600 an hour; try again in ${retryAfter} s`,
      { retryAfter },
    ),
  noSuchDetection: (id: string) =>
    new CtsError(
      404,
      'SMN.0013',
      `there is no detection task ${id.slice(0, 40)} of this topic; what came of one is known for an hour, until the service is started again`,
    ),
  noSuchTopic: (urn: string) => new CtsError(404, 'SMN.0006', `there is no topic ${urn}`),
  noSuchSubscription: (urn: string) => new CtsError(404, 'SMN.0013', `there is no subscription ${urn}`),
  noRights: (message: string) => new CtsError(403, 'CTS.0002', message),
  wrongProject: (message: string) => new CtsError(403, 'CTS.0012', message),
  actionDenied: (action: string) => new CtsError(403, 'CTS.0013', `your roles do not allow ${action}`),
  noSuchPath: (method: string, path: string) =>
    new CtsError(404, 'APIGW.0101', `no such API: ${method} ${path}`),
  noSuchVersion: (version: string) => new CtsError(404, 'CTS.0100', `no such API version: ${version}`),
  /** @param limit traces, or lines, of one request */
  tooManyTraces: (limit: number) =>
    new CtsError(
      413,
      'CTS.0003',
      `the body is larger than the limit of ${limit} traces a request; send the rest in further requests`,
      { field: 'traces' },
    ),
  bodyTooLarge: (limit: number) =>
    new CtsError(413, 'APIGW.0201', `the body is larger than the limit of ${limit} bytes`),
  writeFailed: () => new CtsError(500, 'CTS.0004', 'the write failed; the server log has the reason'),
  readFailed: () => new CtsError(500, 'CTS.0005', 'the read failed; the server log has the reason'),
  /** Two calls at a time; one came first. */
  contended: () =>
    new CtsError(
      409,
      'CTS.0003',
      'another call made or removed the same at this moment; look at what there is now, and try again',
    ),
  /** One account asks for more at a time than its share. @param what in the plural. @param limit how many may wait */
  tooMany: (what: string, limit: number, retryAfter: number) =>
    new CtsError(
      429,
      'APIGW.0308',
      `too many ${what} at once: ${limit} of yours wait already; try again in ${retryAfter} s`,
      { retryAfter },
    ),
  /** @param limit requests that may wait on one connection */
  tooManyUnanswered: (limit: number) =>
    new CtsError(
      429,
      'APIGW.0308',
      `more than ${limit} requests of this connection wait for their answers; read them before you send more`,
      { retryAfter: 1 },
    ),
  /** Another process holds its lock, or the disk is too slow for what waits. */
  metadataBusy: () =>
    new CtsError(503, 'CTS.0001', 'the metadata is busy or locked by another process; try again in 2 s', {
      retryAfter: 2,
    }),
  /** Nobody reads it: whoever asked has closed the connection. */
  callerGone: () => new CtsError(499, 'APIGW.0201', 'the caller has closed the connection'),
  /** One question that would take more than one may. */
  tooWide: (message: string) =>
    new CtsError(400, 'CTS.0300', `${message}; ask for a shorter time, or filter more`),
  /** @param limit messages that wait for all subscribers of a project together */
  tooManyWaiting: (limit: number, retryAfter: number) =>
    new CtsError(
      429,
      'APIGW.0308',
      `nothing was published: with this, more than ${limit} messages would wait for the subscribers of this project. Mend those that do not answer, or remove their subscriptions; then try again in ${retryAfter} s`,
      { retryAfter },
    ),
  /** Answers that are ready wait to be read. */
  tooMuchUnread: (bytes: number) =>
    new CtsError(429, 'APIGW.0308', `${bytes} bytes of answers to you wait to be read; read them first`, {
      retryAfter: 2,
    }),
  unavailable: (message: string, retryAfter: number) =>
    new CtsError(503, 'CTS.0001', message, { retryAfter }),
} as const;

/** Why a text is no JSON, without what the text says there: that can be a secret. */
export function syntaxReason(error: unknown): string {
  return (error as Error).message.split(/, (?:\.\.\.)?"/)[0] ?? '';
}

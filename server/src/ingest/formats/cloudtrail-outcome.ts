import { MAX_DEPTH } from '../../traces/index.ts';
import type { Sent } from './cloudtrail-members.ts';
import type { CloudTrailRecord } from './cloudtrail-record.ts';

/** HTTP status of an error by its code; the first match counts, what matches nothing is a 400. */
const STATUS: [RegExp, string][] = [
  [/Throttl|RequestLimitExceeded|TooManyRequests/i, '429'],
  [/AccessDenied|Unauthorized|NotAuthorized|not authorized|Forbidden|InvalidAccess/i, '403'],
  [/NotFound|NoSuch|DoesNotExist/i, '404'],
  [/AlreadyExists|Conflict|NotEmpty|InUse|InvalidDBInstanceState/i, '409'],
  [/InternalError|ServiceFailure|InternalFailure/i, '500'],
  [/ServiceUnavailable|Unavailable/i, '503'],
];
const SIGN_IN = new Set(['signin', 'sso', 'sso-directory']);

export interface Outcome {
  trace_rating: 'normal' | 'warning';
  code: string;
  message?: string;
}

/**
 * How an operation ended. That it failed says an error code, an error message, or the word Failure somewhere in what
 * was answered; no code, an empty one and one of success say nothing of the kind.
 */
export function outcomeOf(record: CloudTrailRecord, sent: Sent, service: string): Outcome {
  const code = said(sent.errorCode);
  const message = said(sent.errorMessage);
  const isSuccess = code !== undefined && /^2\d\d$/.test(code);
  const failure = failureIn(record.responseElements) ?? failureIn(record.serviceEventDetails);
  const reason = [isSuccess ? undefined : code, message].filter((one) => one !== undefined).join(': ');
  if (failure === undefined && (isSuccess || reason === '')) {
    return { trace_rating: 'normal', code: code ?? '200', message: message };
  }
  return {
    trace_rating: 'warning',
    code: statusOf(isSuccess ? undefined : code, message ?? '', service),
    message: reason || failure,
  };
}

/** What is no text, as it was written. */
function said(member: Sent[string] | undefined): string | undefined {
  const text = (typeof member === 'object' ? member.text : member)?.trim();
  return text === '' || text === 'null' ? undefined : text;
}

function statusOf(code: string | undefined, message: string, service: string): string {
  if (code !== undefined && /^[45]\d\d$/.test(code)) return code;
  const known = STATUS.find(([pattern]) => pattern.test(code ?? message))?.[1];
  return known ?? (code === undefined && SIGN_IN.has(service) ? '401' : '400');
}

/** The member that says Failure. */
function failureIn(value: unknown, levels = MAX_DEPTH): string | undefined {
  if (typeof value !== 'object' || value === null || levels === 0) return undefined;
  for (const [name, member] of Object.entries(value)) {
    if (typeof member === 'string' && /^failure$/i.test(member)) return `${name}: ${member}`;
    const within = failureIn(member, levels - 1);
    if (within !== undefined) return within;
  }
  return undefined;
}

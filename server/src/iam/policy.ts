import Type, { type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import { ERRORS } from '../errors.ts';
import { covers, fits, meet } from './glob.ts';
import {
  MOST_ACTION_LENGTH,
  MOST_ACTIONS,
  MOST_COMPARISONS,
  MOST_POLICY_BYTES,
  MOST_READ,
  MOST_STATEMENTS,
  MOST_WILDCARDS,
} from './limits.ts';

/** `service:kind:operation`; `*` stands for any text within. */
const ACTION = '^[A-Za-z0-9*]+:[A-Za-z0-9*_-]+:[A-Za-z0-9*_-]+$';

/** What a role lets its holders do. */
export const PolicyDocument = Type.Object({
  Version: Type.Optional(Type.String({ description: '1.0 or 1.1', pattern: '^1\\.[01]$' })),
  Statement: Type.Array(
    Type.Object({
      Effect: Type.Enum(['Allow', 'Deny']),
      Action: Type.Array(Type.String({ pattern: ACTION, maxLength: MOST_ACTION_LENGTH }), {
        minItems: 1,
        maxItems: MOST_ACTIONS,
      }),
    }),
    { minItems: 1, maxItems: MOST_STATEMENTS },
  ),
});
export type PolicyDocument = Static<typeof PolicyDocument>;

/** The service of what concerns the installation: only the account that operates it has any of these actions. */
export const INSTALLATION = 'opencts';
/** Services of which actions are asked for, by the first part of an action. */
export const SERVICES = ['cts', 'smn', 'obs', 'kms', 'lts', 'iam', INSTALLATION] as const;

/**
 * What a person may write as a policy, without members that nobody knows.
 * @param operator whether the account operates the installation
 * @throws CtsError 400, 403
 */
export function checkPolicy(document: PolicyDocument, operator: boolean): PolicyDocument {
  const Statement = document.Statement.map((statement, index) => {
    const field = `policy.Statement.${index}`;
    for (const narrowing of ['Condition', 'Resource']) {
      if (!isEmpty((statement as Record<string, unknown>)[narrowing])) {
        throw ERRORS.iamInvalid(
          `${field}.${narrowing}`,
          `${field}.${narrowing} is not known here: without it the statement would reach further than it says`,
        );
      }
    }
    const { Effect, Action } = statement;
    for (const [at, action] of Action.entries()) {
      const problem = problemOfAction(action);
      if (problem) throw ERRORS.iamInvalid(`${field}.Action.${at}`, `${field}.Action.${at} ${problem}`);
      if (Effect === 'Allow' && !operator && fits(toPattern(action)[0], INSTALLATION)) {
        throw ERRORS.iamForbidden(
          `${field}.Action.${at} is ${action}, which reaches the installation (${INSTALLATION}:…); only the account that operates it has such actions: name a service, as in cts:*:*`,
        );
      }
    }
    return { Effect, Action: [...Action] };
  });
  const checked = { ...(document.Version ? { Version: document.Version } : {}), Statement };
  const bytes = Buffer.byteLength(JSON.stringify(checked));
  if (bytes > MOST_POLICY_BYTES) {
    throw ERRORS.iamInvalid('policy', `policy has ${bytes} bytes; at most ${MOST_POLICY_BYTES} are allowed`);
  }
  return checked;
}

const isEmpty = (value: unknown) =>
  value === undefined || (typeof value === 'object' && value !== null && Object.keys(value).length === 0);

function problemOfAction(action: string): string | undefined {
  if (action.split('*').length - 1 <= MOST_WILDCARDS) return undefined;
  return `has more than ${MOST_WILDCARDS} "*"`;
}

const IS_ACTION = new RegExp(ACTION);
const WELL_FORMED = Compile(PolicyDocument);

/**
 * A policy as it was stored. One that no rule allows any more grants nothing; what it denies stays denied.
 * @returns problem: why it grants nothing
 */
export function readPolicy(text: string): ReadPolicy {
  const known = READ.get(text);
  if (known) return known;
  const read = parsePolicy(text);
  if (READ.size >= MOST_READ) READ.delete(READ.keys().next().value as string);
  READ.set(text, read);
  return read;
}

interface ReadPolicy {
  policy: PolicyDocument;
  problem?: string;
}

/** Policies that were read before, the oldest first: each change of an account's rights looks at all of them. */
const READ = new Map<string, ReadPolicy>();

function parsePolicy(text: string): ReadPolicy {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return { policy: { Statement: [] }, problem: 'it is not JSON' };
  }
  if (WELL_FORMED.Check(document)) {
    const actions = document.Statement.flatMap(({ Action }) => Action);
    const problem = actions.map(problemOfAction).find((one) => one !== undefined);
    if (problem === undefined) return { policy: document };
    return { policy: denialsOf(document), problem: `an action ${problem}` };
  }
  return { policy: denialsOf(document), problem: 'it does not have the form of a policy' };
}

/** What a policy denies, as far as it can be read. */
export function denialsOf(document: unknown): PolicyDocument {
  const { Statement } = (document ?? {}) as { Statement?: unknown };
  const statements = (Array.isArray(Statement) ? Statement : []) as ({
    Effect?: unknown;
    Action?: unknown;
  } | null)[];
  const denials = statements
    .filter((statement) => statement?.Effect === 'Deny' && Array.isArray(statement.Action))
    .flatMap((statement) => statement?.Action as unknown[])
    .filter((action): action is string => typeof action === 'string' && IS_ACTION.test(action));
  return { Statement: denials.length > 0 ? [{ Effect: 'Deny', Action: denials }] : [] };
}

/** Service, kind and operation, in lower case: the clouds do not distinguish. */
export type Pattern = readonly [service: string, kind: string, operation: string];

function toPattern(action: string): Pattern {
  const [service = '', kind = '', operation = ''] = action.toLowerCase().split(':');
  return [service, kind, operation];
}

const every = (test: (a: string, b: string) => boolean, a: Pattern, b: Pattern) =>
  test(a[0], b[0]) && test(a[1], b[1]) && test(a[2], b[2]);

interface Patterns {
  allowed: readonly Pattern[];
  denied: readonly Pattern[];
}

/** What reaches a service; `exact`: kinds and operations of what is allowed. */
interface Reaching extends Patterns {
  exact: ReadonlySet<string>;
}

/** Patterns of policies, which never change. */
const PATTERNS = new WeakMap<PolicyDocument, Patterns>();

function patternsOf(document: PolicyDocument): Patterns {
  const known = PATTERNS.get(document);
  if (known) return known;
  const of = (effect: 'Allow' | 'Deny') =>
    document.Statement.filter(({ Effect }) => Effect === effect).flatMap(({ Action }) =>
      Action.map(toPattern),
    );
  const patterns = { allowed: of('Allow'), denied: of('Deny') };
  PATTERNS.set(document, patterns);
  return patterns;
}

/** Whether all that fits a pattern fits one of some others. */
export const isWithin = (pattern: Pattern, wider: readonly Pattern[]) =>
  wider.some((one) => every(covers, one, pattern));

/** The sum of several policies. Nothing is allowed that no statement allows; a denial wins. */
export class Permissions {
  readonly allowed: readonly Pattern[];
  readonly denied: readonly Pattern[];
  private readonly decisions = new Map<string, boolean>();

  constructor(documents: readonly PolicyDocument[]) {
    const patterns = documents.map(patternsOf);
    this.allowed = patterns.flatMap(({ allowed }) => allowed);
    this.denied = patterns.flatMap(({ denied }) => denied);
  }

  allows(action: string): boolean {
    let decision = this.decisions.get(action);
    if (decision === undefined) {
      const wanted = toPattern(action);
      const matches = (pattern: Pattern) => every(fits, pattern, wanted);
      decision = this.allowed.some(matches) && !this.denied.some(matches);
      this.decisions.set(action, decision);
    }
    return decision;
  }

  /**
   * Of some patterns, each of one service, those of which not everything is allowed.
   * @param excused denials that come along with what is given: what they deny is not given
   * @throws CtsError 400 when there is more to compare than anybody should have to wait for
   */
  beyond(patterns: readonly Pattern[], excused: readonly Pattern[] = []): Pattern[] {
    const services = new Map(
      [...new Set(patterns.map(([service]) => service))].map((service) => [service, this.of(service)]),
    );
    const isHeld = ([service, kind, operation]: Pattern) =>
      services.get(service)?.exact.has(`${kind}:${operation}`) === true;
    const denials = [...services.values()].reduce((sum, { denied }) => sum + denied.length, 0);
    const steps = patterns.reduce((sum, pattern) => {
      const { allowed, denied } = services.get(pattern[0]) as Reaching;
      return sum + denied.length + (isHeld(pattern) ? 0 : allowed.length);
    }, denials * excused.length);
    if (steps > MOST_COMPARISONS) {
      throw ERRORS.iamFull(
        'the policies that you hold, and those that this is about, have too many actions to be compared with each other',
      );
    }
    for (const [service, reaching] of services) {
      reaching.denied = reaching.denied.filter((one) => !isWithin([service, one[1], one[2]], excused));
    }
    return patterns.filter((pattern) => {
      const { allowed, denied } = services.get(pattern[0]) as Reaching;
      return (
        !(isHeld(pattern) || isWithin(pattern, allowed)) || denied.some((one) => every(meet, one, pattern))
      );
    });
  }

  /** What reaches a service. */
  private of(service: string): Reaching {
    const reaching = (patterns: readonly Pattern[]) => patterns.filter(([one]) => fits(one, service));
    const allowed = reaching(this.allowed);
    const exact = new Set(allowed.map(([, kind, operation]) => `${kind}:${operation}`));
    return { allowed, exact, denied: reaching(this.denied) };
  }

  /** What it allows, and what it denies, service by service: each pattern names one of those that there are. */
  byService(services: readonly string[]): { allowed: Pattern[]; denied: Pattern[] } {
    const spread = (patterns: readonly Pattern[]) =>
      patterns.flatMap((pattern) => {
        const [service, kind, operation] = pattern;
        if (services.includes(service)) return [pattern];
        return services.filter((one) => fits(service, one)).map((one): Pattern => [one, kind, operation]);
      });
    return { allowed: spread(this.allowed), denied: spread(this.denied) };
  }
}

export const deniesAny = (policy: PolicyDocument) => new Permissions([policy]).denied.length > 0;

/** Whether holders may lose something when `after` takes the place of `before`; in doubt, yes. */
export function narrows(after: PolicyDocument, before: PolicyDocument): boolean {
  const [is, was] = [new Permissions([after]), new Permissions([before])];
  return (
    !was.allowed.every((pattern) => isWithin(pattern, is.allowed)) ||
    !is.denied.every((pattern) => isWithin(pattern, was.denied))
  );
}

import Type, { type Static } from 'typebox';

/** `service:kind:operation`; `*` stands for any text within. */
const ACTION = '^[A-Za-z0-9*]+:[A-Za-z0-9*_-]+:[A-Za-z0-9*_-]+$';

/** What a role lets its holders do. */
export const PolicyDocument = Type.Object({
  Version: Type.Optional(Type.String({ description: '1.0 or 1.1', pattern: '^1\\.[01]$' })),
  Statement: Type.Array(
    Type.Object({
      Effect: Type.Enum(['Allow', 'Deny']),
      Action: Type.Array(Type.String({ pattern: ACTION, maxLength: 128 }), { minItems: 1, maxItems: 100 }),
    }),
    { minItems: 1, maxItems: 8 },
  ),
});
export type PolicyDocument = Static<typeof PolicyDocument>;

/** The sum of several policies. Nothing is allowed that no statement allows; a denial wins. */
export class Permissions {
  private readonly allowed: RegExp[] = [];
  private readonly denied: RegExp[] = [];
  private readonly decisions = new Map<string, boolean>();

  constructor(documents: readonly PolicyDocument[]) {
    for (const { Statement } of documents) {
      for (const { Effect, Action } of Statement) {
        (Effect === 'Allow' ? this.allowed : this.denied).push(...Action.map(toPattern));
      }
    }
  }

  allows(action: string): boolean {
    let decision = this.decisions.get(action);
    if (decision === undefined) {
      const matches = (pattern: RegExp) => pattern.test(action);
      decision = this.allowed.some(matches) && !this.denied.some(matches);
      this.decisions.set(action, decision);
    }
    return decision;
  }
}

/** Actions are compared without regard to case, as the clouds do. */
function toPattern(action: string): RegExp {
  const parts = action.split(':').map((part) => part.replaceAll('*', '[^:]*'));
  return new RegExp(`^${parts.join(':')}$`, 'i');
}

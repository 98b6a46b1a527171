/** What it takes to see topics and subscriptions, and to change them. */
export const ROLES_TO_SEE = ['SMN ReadOnlyAccess'] as const;
export const ROLES_TO_CHANGE = ['SMN FullAccess'] as const;

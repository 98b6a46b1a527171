/** What it takes to change notifications. */
export const ROLES = ['CTS FullAccess'];

import type { Role } from '../../api/access.ts';
import { texts } from '../../texts/index.ts';

/** Those that every account has bear fixed ids. */
export const isSystem = ({ id }: Pick<Role, 'id'>) => id.startsWith('0'.repeat(28));

/** What a role is for, in the language of the console where it is one of the system's. */
export const descriptionOf = (role: Pick<Role, 'id' | 'display_name' | 'description'>): string =>
  (isSystem(role) && texts.administration.roles.descriptions[role.display_name]) || role.description;

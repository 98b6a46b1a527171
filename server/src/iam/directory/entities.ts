import { randomBytes } from 'node:crypto';
import Type, { type Static } from 'typebox';
import { readerOf } from '../../metadata/index.ts';

export interface Domain {
  id: string;
  name: string;
}

export interface Account extends Domain {
  description: string;
  enabled: boolean;
}

export interface Project {
  id: string;
  name: string;
  region: string;
  description: string;
  enabled: boolean;
  /** Changes when everything that was issued for it must end. */
  epoch: string;
  domain: Domain;
}

export interface User {
  id: string;
  name: string;
  domainId: string;
  description: string;
  enabled: boolean;
  profile: Profile;
  /** Epoch ms. */
  createdAt: number;
}

/** What else the clouds keep of a user (`docs/reference/iam-auth.md` 4): told as it was set, and not acted upon. */
export const Profile = Type.Object({
  email: Type.Optional(Type.String({ maxLength: 255 })),
  areacode: Type.Optional(Type.String({ maxLength: 16 })),
  phone: Type.Optional(Type.String({ maxLength: 32 })),
  access_mode: Type.Optional(Type.Enum(['default', 'programmatic', 'console'])),
  pwd_status: Type.Optional(Type.Boolean()),
  xuser_type: Type.Optional(Type.String({ maxLength: 64 })),
  xuser_id: Type.Optional(Type.String({ maxLength: 128 })),
});
export type Profile = Static<typeof Profile>;
export const readProfile = readerOf(Profile);

export interface Group {
  id: string;
  name: string;
  domainId: string;
  description: string;
  createdAt: number;
}

export interface Grant {
  groupId: string;
  roleId: string;
  scope: string;
}

/** Scope of a grant on the account itself, and on all its projects, those to come as well. */
export const ACCOUNT_SCOPE = 'domain';
export const ALL_PROJECTS_SCOPE = 'projects';

export function newId(): string {
  return randomBytes(16).toString('hex');
}

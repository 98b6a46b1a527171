import { randomBytes } from 'node:crypto';

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
  /** Epoch ms. */
  createdAt: number;
}

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

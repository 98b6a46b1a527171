import type { Generated } from 'kysely';

/** Ids are 32 lower-case hex digits; instants are epoch ms; flags are 0 or 1. */
export interface Database {
  domains: { id: string; name: string; created_at: number };
  projects: { id: string; domain_id: string; name: string; region: string; created_at: number };
  users: {
    id: string;
    domain_id: string;
    name: string;
    password_hash: string;
    enabled: Generated<number>;
    created_at: number;
  };
  /** Tokens that were revoked before they expired. */
  revoked_tokens: { id: string; expires_at: number };
}

import type { PolicyDocument } from './policy.ts';

/** The clouds tell roles of the account from those of projects; it is kept, and nothing follows from it. */
export type RoleType = 'AX' | 'XA';

export interface Role {
  id: string;
  /** Short name, as tokens carry it. */
  name: string;
  displayName: string;
  description: string;
  policy: PolicyDocument;
  /** `AX` if it does not say other. */
  type?: RoleType;
  /** Name of a role without which, in the same project, this one has no effect. */
  needs?: string;
  /** Account whose own it is; absent: every account has it. */
  domainId?: string;
  /** Only the account that operates the installation can grant it. */
  operatorOnly?: boolean;
}

const allow = (...actions: string[]): PolicyDocument => ({
  Version: '1.1',
  Statement: [{ Effect: 'Allow', Action: actions }],
});

const READ_CTS = ['cts:*:list*', 'cts:*:get*', 'cts:resource:filter', 'cts:resource:count'];
const READ_OTHERS = ['smn:*:list*', 'obs:*:List*', 'obs:*:Get*', 'obs:*:Head*', 'kms:*:list*', 'kms:*:get*'];

/** Roles that every account has (`docs/reference/iam-auth.md` 9); their ids never change. */
export const SYSTEM_ROLES: readonly Role[] = [
  {
    id: '00000000000000000000000000000001',
    name: 'secu_admin',
    displayName: 'Security Administrator',
    description: 'Users, groups, roles and keys of the account; needed to enable CTS',
    policy: allow('iam:*:*'),
  },
  {
    id: '00000000000000000000000000000002',
    name: 'te_admin',
    displayName: 'Tenant Administrator',
    description: 'Everything except IAM',
    policy: allow('cts:*:*', 'smn:*:*', 'obs:*:*', 'kms:*:*', 'lts:*:*'),
  },
  {
    id: '00000000000000000000000000000003',
    name: 'readonly',
    displayName: 'Tenant Guest',
    description: 'Reads everything except IAM',
    policy: allow(...READ_CTS, ...READ_OTHERS),
  },
  {
    id: '00000000000000000000000000000004',
    name: 'cts_adm',
    displayName: 'CTS Administrator',
    description: 'Everything in CTS; has an effect only together with Tenant Guest in the same project',
    policy: allow('cts:*:*'),
    needs: 'readonly',
  },
  {
    id: '00000000000000000000000000000005',
    name: 'system_all_cts_full',
    displayName: 'CTS FullAccess',
    description: 'Everything in CTS; enabling needs Security Administrator besides',
    policy: allow('cts:*:*'),
  },
  {
    id: '00000000000000000000000000000006',
    name: 'system_all_cts_readonly',
    displayName: 'CTS ReadOnlyAccess',
    description: 'Reads traces, trackers, notifications, tags and quotas',
    policy: allow(...READ_CTS),
  },
  {
    id: '00000000000000000000000000000007',
    name: 'cts_reporter',
    displayName: 'CTS Reporter',
    description: 'Reports traces and reads nothing: for services that record',
    policy: allow('cts:trace:report'),
  },
  {
    id: '00000000000000000000000000000008',
    name: 'smn_adm',
    displayName: 'SMN Administrator',
    description: 'Everything in SMN; has an effect only together with Tenant Guest in the same project',
    policy: allow('smn:*:*'),
    needs: 'readonly',
  },
  {
    id: '00000000000000000000000000000009',
    name: 'system_all_smn_full',
    displayName: 'SMN FullAccess',
    description: 'Everything in SMN',
    policy: allow('smn:*:*'),
  },
  {
    id: '0000000000000000000000000000000a',
    name: 'system_all_smn_readonly',
    displayName: 'SMN ReadOnlyAccess',
    description: 'Reads topics, subscriptions and templates',
    policy: allow('smn:*:list*', 'smn:*:get*'),
  },
  {
    id: '0000000000000000000000000000000b',
    name: 'obs_adm',
    displayName: 'OBS Administrator',
    description: 'Everything in OBS',
    policy: allow('obs:*:*'),
  },
  {
    id: '0000000000000000000000000000000c',
    name: 'kms_adm',
    displayName: 'KMS Administrator',
    description: 'Everything in KMS',
    policy: allow('kms:*:*'),
  },
  {
    id: '0000000000000000000000000000000d',
    name: 'operator',
    displayName: 'OpenCTS Operator',
    description: 'Accounts of this installation, its metrics and backups',
    policy: allow('opencts:*:*'),
    operatorOnly: true,
  },
];

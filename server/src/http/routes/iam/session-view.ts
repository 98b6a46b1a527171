import Type, { type Static } from 'typebox';
import type { Iam, IssuedToken } from '../../../iam/index.ts';
import { keystoneTime } from './views.ts';

const Named = Type.Object({ id: Type.String(), name: Type.String() });

export const Session = Type.Object({
  user: Named,
  domain: Named,
  expires_at: Type.String(),
  operator: Type.Boolean({ description: 'Whether the user may see the quarantine of the installation' }),
  projects: Type.Array(Type.Interface([Named], { region: Type.String() }), {
    description: 'That the user may enter',
  }),
});

export async function describeSession(
  iam: Iam,
  { claims, principal }: IssuedToken,
): Promise<Static<typeof Session>> {
  const { id, name, domain } = principal.user;
  const projects = await iam.enterable(principal);
  return {
    user: { id, name },
    domain: { id: domain.id, name: domain.name },
    expires_at: keystoneTime(claims.expiresAt),
    operator: principal.allows('opencts:quarantine:list'),
    projects: projects.map(({ id, name, region }) => ({ id, name, region })),
  };
}

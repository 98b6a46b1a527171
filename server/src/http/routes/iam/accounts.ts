import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { ERRORS } from '../../../errors.ts';
import type { Account, Project } from '../../../iam/index.ts';
import { about } from '../../audit.ts';
import { NoBody, Sought } from '../../schemas.ts';
import type { ServerDeps } from '../../server-deps.ts';
import { home, ownAccount, refuseTemporary } from './callers.ts';
import { ByName, Description, Enabled, Id, Name, Password } from './fields.ts';
import { doc, may } from './keystone-route.ts';
import { PAGING, pageOf } from './paging.ts';
import { AccountView, listOf, ProjectView, RegionView, viewsUnder } from './views.ts';

const ProjectName = Type.String({
  pattern: '^[A-Za-z0-9_-]{1,64}$',
  rule: 'must hold 1 to 64 of letters, digits, "_" and "-"',
  description: 'The name of its region, "_" and more',
});

/** Projects, accounts and regions. */
export const accountRoutes: FastifyPluginAsyncTypebox<ServerDeps> = async (
  server,
  { iam, config, publicUrl, refreshRecording },
) => {
  const { directory } = iam;
  const { self, listLinks } = viewsUnder(publicUrl);

  const projectView = (project: Project) => ({
    id: project.id,
    name: project.name,
    domain_id: project.domain.id,
    parent_id: project.domain.id,
    is_domain: false,
    enabled: project.enabled,
    description: project.description,
    links: self(`/v3/projects/${project.id}`),
  });
  const OneProject = Type.Object({ id: Id });

  server.get(
    '/v3/auth/projects',
    {
      config: may('signed-in'),
      schema: {
        ...doc('Projects that the caller may enter', { 200: listOf('projects', ProjectView) }),
        querystring: ByName,
      },
    },
    async ({ principal, query }) => ({
      projects: (await iam.enterable(principal))
        .filter(({ name }) => !query.name || name === query.name)
        .map(projectView),
      ...listLinks('/v3/auth/projects'),
    }),
  );
  server.get(
    '/v3/projects',
    {
      config: may('signed-in'),
      schema: {
        ...doc('Projects of the account', { 200: listOf('projects', ProjectView) }),
        querystring: Type.Object({
          name: Type.Optional(Sought),
          domain_id: Type.Optional(Sought),
          parent_id: Type.Optional(Sought),
          enabled: Enabled,
          ...PAGING,
        }),
      },
    },
    async ({ principal, query }) => {
      const wanted = (await directory.projects.list(home(principal))).filter(
        (project) =>
          (!query.name || project.name === query.name) &&
          (!query.domain_id || project.domain.id === query.domain_id) &&
          (!query.parent_id || project.domain.id === query.parent_id) &&
          (query.enabled === undefined || project.enabled === query.enabled),
      );
      return { projects: pageOf(wanted, query).map(projectView), ...listLinks('/v3/projects') };
    },
  );
  server.post(
    '/v3/projects',
    {
      config: may('iam:projects:createProject', ['project', 'createProject', 'project.name']),
      schema: {
        ...doc('Create a project', { 201: Type.Object({ project: ProjectView }) }),
        body: Type.Object({
          project: Type.Object({
            name: ProjectName,
            description: Description,
            domain_id: Type.Optional(Sought),
            parent_id: Type.Optional(Sought),
          }),
        }),
      },
    },
    async (request, reply) => {
      const { name, description, domain_id, parent_id } = request.body.project;
      ownAccount(request.principal, domain_id);
      ownAccount(request.principal, parent_id);
      const project = await directory.projects.add(home(request.principal), { name, description });
      about(request, { resourceId: project.id });
      await refreshRecording();
      return reply.code(201).send({ project: projectView(project) });
    },
  );
  server.get(
    '/v3/projects/:id',
    {
      config: may('signed-in'),
      schema: { ...doc('A project', { 200: Type.Object({ project: ProjectView }) }), params: OneProject },
    },
    async ({ principal, params }) => ({
      project: projectView(await directory.projects.get(home(principal), params.id)),
    }),
  );
  server.patch(
    '/v3/projects/:id',
    {
      config: may('iam:projects:updateProject', ['project', 'updateProject']),
      schema: {
        ...doc('Change a project', { 200: Type.Object({ project: ProjectView }) }),
        params: OneProject,
        body: Type.Object({
          project: Type.Object({
            name: Type.Optional(ProjectName),
            description: Description,
            enabled: Enabled,
          }),
        }),
      },
    },
    async (request) => {
      about(request, { resourceId: request.params.id });
      const { name, description, enabled } = request.body.project;
      const change = { name, description, enabled };
      const project = await directory.projects.change(home(request.principal), request.params.id, change);
      about(request, { resourceName: project.name });
      return { project: projectView(project) };
    },
  );
  server.delete(
    '/v3/projects/:id',
    {
      config: may('iam:projects:deleteProject', ['project', 'deleteProject']),
      schema: { ...doc('Delete a project in which nothing is set up', { 200: NoBody }), params: OneProject },
    },
    async (request, reply) => {
      const { principal, params } = request;
      about(request, { resourceId: params.id });
      if (params.id === principal.project?.id) {
        throw ERRORS.iamForbidden(
          'your token is for this project, which its deletion would be recorded in; use one of the account',
        );
      }
      const project = await directory.projects.remove(home(principal), params.id);
      about(request, { resourceName: project.name });
      await refreshRecording();
      return reply.code(200).send();
    },
  );

  const accountView = ({ id, name, description, enabled }: Account) => ({
    id,
    name,
    description,
    enabled,
    links: self(`/v3/domains/${id}`),
  });
  const OneDomain = Type.Object({ id: Id });
  const regionView = (id: string) => ({
    id,
    type: 'public',
    parent_region_id: null,
    description: '',
    links: self(`/v3/regions/${id}`),
  });
  server.get(
    '/v3/auth/domains',
    {
      config: may('signed-in'),
      schema: {
        ...doc('The account of the caller', { 200: listOf('domains', AccountView) }),
        querystring: ByName,
      },
    },
    async ({ principal, query }) => {
      const account = await directory.accounts.get(home(principal));
      return {
        domains: !query.name || query.name === account.name ? [accountView(account)] : [],
        ...listLinks('/v3/auth/domains'),
      };
    },
  );
  server.get(
    '/v3/domains',
    {
      config: may('opencts:account:list'),
      schema: {
        ...doc('Accounts of the installation', { 200: listOf('domains', AccountView) }),
        querystring: ByName,
      },
    },
    async ({ query }) => ({
      domains: (await directory.accounts.list())
        .filter(({ name }) => !query.name || name === query.name)
        .map(accountView),
      ...listLinks('/v3/domains'),
    }),
  );
  server.post(
    '/v3/domains',
    {
      config: may('opencts:account:create', ['account', 'createAccount', 'domain.name']),
      schema: {
        ...doc('Create an account with its projects and its first administrator', {
          201: Type.Object({ domain: AccountView }),
        }),
        body: Type.Object({
          domain: Type.Object({
            name: Name,
            description: Description,
            admin: Type.Object({ name: Name, password: Password }),
          }),
        }),
      },
    },
    async (request, reply) => {
      const { name, description, admin } = request.body.domain;
      refuseTemporary(request.principal);
      const account = await directory.accounts.add({ name, description, admin });
      about(request, { resourceId: account.id });
      await refreshRecording();
      return reply.code(201).send({ domain: accountView(account) });
    },
  );
  server.get(
    '/v3/domains/:id',
    {
      config: may('signed-in'),
      schema: { ...doc('An account', { 200: Type.Object({ domain: AccountView }) }), params: OneDomain },
    },
    async ({ principal, params }) => {
      if (params.id !== home(principal) && !principal.allows('opencts:account:list')) {
        throw ERRORS.iamNotFound('account', params.id);
      }
      return { domain: accountView(await directory.accounts.get(params.id)) };
    },
  );
  server.patch(
    '/v3/domains/:id',
    {
      config: may('opencts:account:update', ['account', 'updateAccount']),
      schema: {
        ...doc('Change an account; one that is disabled is shut out', {
          200: Type.Object({ domain: AccountView }),
        }),
        params: OneDomain,
        body: Type.Object({ domain: Type.Object({ description: Description, enabled: Enabled }) }),
      },
    },
    async (request) => {
      const { params, body, principal } = request;
      about(request, { resourceId: params.id });
      if (params.id === home(principal) && body.domain.enabled === false) {
        throw ERRORS.iamForbidden('you cannot disable your own account');
      }
      const { description, enabled } = body.domain;
      const account = await directory.accounts.change(params.id, { description, enabled });
      about(request, { resourceName: account.name });
      return { domain: accountView(account) };
    },
  );
  server.get(
    '/v3/regions',
    { config: may('signed-in'), schema: doc('Regions', { 200: listOf('regions', RegionView) }) },
    async () => ({ regions: config.regions.map(regionView), ...listLinks('/v3/regions') }),
  );
  server.get(
    '/v3/regions/:id',
    {
      config: may('signed-in'),
      schema: {
        ...doc('A region', { 200: Type.Object({ region: RegionView }) }),
        params: Type.Object({ id: Id }),
      },
    },
    async ({ params }) => {
      if (!config.regions.includes(params.id)) throw ERRORS.iamNotFound('region', params.id);
      return { region: regionView(params.id) };
    },
  );
};

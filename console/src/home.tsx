import Box from '@cloudscape-design/components/box';
import TopNavigation from '@cloudscape-design/components/top-navigation';
import { lazy, useCallback, useEffect, useMemo, useState } from 'react';
import { Route, Routes, useLocation, useNavigate } from 'react-router-dom';
import { Api } from './api/client.ts';
import {
  firstProject,
  PROJECT,
  type Project,
  projectNamed,
  rememberProject,
  type Session,
  signOut,
} from './api/session.ts';
import { Missing } from './missing.tsx';
import {
  changeSettings,
  chooseLanguage,
  LANGUAGES,
  type Language,
  language,
  type Settings,
  useSettings,
} from './settings.ts';
import { CONTENT, Shell } from './shell.tsx';
import { texts } from './texts/index.ts';

const TraceListPage = lazy(() => import('./pages/traces/page.tsx'));
const ArchivePage = lazy(() => import('./pages/archive/page.tsx'));
const ProofsPage = lazy(() => import('./pages/archive/proofs-page.tsx'));
const ArchiveFilePage = lazy(() => import('./pages/archive/file-page.tsx'));
const SearchPage = lazy(() => import('./pages/search/page.tsx'));
const TrackersPage = lazy(() => import('./pages/trackers/page.tsx'));
const TrackerFormPage = lazy(() => import('./pages/trackers/form-page.tsx'));
const NotificationsPage = lazy(() => import('./pages/notifications/page.tsx'));
const NotificationFormPage = lazy(() => import('./pages/notifications/form-page.tsx'));
const TopicsPage = lazy(() => import('./pages/topics/page.tsx'));
const TopicPage = lazy(() => import('./pages/topics/topic-page.tsx'));
const OverviewPage = lazy(() => import('./pages/overview/page.tsx'));
const GuidePage = lazy(() => import('./pages/guide/page.tsx'));
const ResourcePage = lazy(() => import('./pages/resource/page.tsx'));
const OperatorPage = lazy(() => import('./pages/operator/page.tsx'));
const UsersPage = lazy(() => import('./pages/users/page.tsx'));
const GroupsPage = lazy(() => import('./pages/groups/page.tsx'));
const RolesPage = lazy(() => import('./pages/roles/page.tsx'));
const AccessKeysPage = lazy(() => import('./pages/access-keys/page.tsx'));
const IngestKeysPage = lazy(() => import('./pages/ingest-keys/page.tsx'));
const QuarantinePage = lazy(() => import('./pages/quarantine/page.tsx'));
const OwnPasswordDialog = lazy(() =>
  import('./pages/users/password.tsx').then((module) => ({ default: module.OwnPasswordDialog })),
);
const KeysPage = lazy(() => import('./pages/keys/page.tsx'));

const words = texts.menu;
const WAYS = [
  ['/overview', texts.navigation.overview],
  ['/', texts.navigation.traces],
] as const;

interface Props {
  session: Session;
  /** Another number after every sign-in. */
  entered: number;
  onEnd: (byExpiry: boolean) => void;
}

/** Everything that needs a session. */
export default function Home({ session, entered, onEnd }: Props) {
  const { project, isForeign, enter } = useProject(session);
  // biome-ignore lint/correctness/useExhaustiveDependencies: after another sign-in everything is loaded anew
  const api = useMemo(() => project && new Api(project), [project, entered]);
  /** The password is about to be changed. */
  const [changing, setChanging] = useState(false);
  const settings = useSettings();
  const navigate = useNavigate();
  const expire = useCallback(() => onEnd(true), [onEnd]);

  const choose = (id: string) => {
    const [kind, value] = id.split(':');
    if (kind === 'theme') changeSettings({ theme: value as Settings['theme'] });
    if (kind === 'zone') changeSettings({ zone: value as Settings['zone'] });
    if (kind === 'language') chooseLanguage(value as Language);
    if (kind === 'password') setChanging(true);
    if (kind === 'sign-out') void signOut().finally(() => onEnd(false));
  };
  const item = (id: string, text: string, chosen: boolean) => ({
    id,
    text,
    itemType: 'checkbox' as const,
    checked: chosen,
  });

  return (
    <>
      <a
        className="skip"
        href={`#${CONTENT}`}
        onClick={(event) => {
          event.preventDefault();
          document.getElementById(CONTENT)?.focus();
        }}
      >
        {words.skip}
      </a>
      <div id="top">
        <TopNavigation
          identity={{
            href: '/console/',
            title: texts.product,
            onFollow: (event) => {
              event.preventDefault();
              navigate('/');
            },
            logo: { src: '/console/favicon.svg', alt: '' },
          }}
          utilities={[
            ...(project
              ? [
                  {
                    type: 'menu-dropdown' as const,
                    text: project.name,
                    iconName: 'globe' as const,
                    ariaLabel: `${words.project}: ${project.name}`,
                    items: byRegion(session.projects, project.id),
                    onItemClick: ({ detail }: { detail: { id: string } }) => enter(detail.id),
                  },
                ]
              : []),
            {
              type: 'menu-dropdown',
              text: session.user.name,
              description: session.domain.name,
              iconName: 'user-profile',
              onItemClick: ({ detail }) => choose(detail.id),
              items: [
                {
                  id: 'themes',
                  text: words.theme,
                  items: [
                    item('theme:light', words.light, settings.theme === 'light'),
                    item('theme:dark', words.dark, settings.theme === 'dark'),
                    item('theme:system', words.system, settings.theme === 'system'),
                  ],
                },
                {
                  id: 'zones',
                  text: words.zone,
                  items: [
                    item('zone:local', words.local, settings.zone === 'local'),
                    item('zone:utc', words.utc, settings.zone === 'utc'),
                  ],
                },
                {
                  id: 'languages',
                  text: words.language,
                  items: Object.entries(LANGUAGES).map(([id, name]) =>
                    item(`language:${id}`, name, language() === id),
                  ),
                },
                { id: 'password', text: texts.people.users.ownPassword },
                { id: 'sign-out', text: words.signOut },
              ],
            },
          ]}
        />
      </div>
      {project && api ? (
        <Shell
          key={project.id}
          api={api}
          zone={settings.zone}
          session={session}
          onExpired={expire}
          dialog={changing && <OwnPasswordDialog onClose={() => setChanging(false)} />}
        >
          {isForeign ? (
            <Missing title={words.foreignProject} ways={WAYS} />
          ) : (
            <Routes>
              <Route path="/archive" element={<ArchivePage />} />
              <Route path="/archive/file" element={<ArchiveFilePage />} />
              <Route path="/archive/proofs" element={<ProofsPage />} />
              <Route path="/search" element={<SearchPage />} />
              <Route path="/trackers" element={<TrackersPage />} />
              <Route path="/trackers/edit" element={<TrackerFormPage />} />
              <Route path="/notifications" element={<NotificationsPage />} />
              <Route path="/notifications/edit" element={<NotificationFormPage />} />
              <Route path="/topics" element={<TopicsPage />} />
              <Route path="/topics/view" element={<TopicPage />} />
              <Route path="/keys" element={<KeysPage />} />
              <Route path="/overview" element={<OverviewPage />} />
              <Route path="/guide" element={<GuidePage />} />
              <Route path="/resource" element={<ResourcePage />} />
              <Route path="/operator" element={<OperatorPage />} />
              <Route path="/users" element={<UsersPage />} />
              <Route path="/groups" element={<GroupsPage />} />
              <Route path="/roles" element={<RolesPage />} />
              <Route path="/access-keys" element={<AccessKeysPage />} />
              <Route path="/ingest-keys" element={<IngestKeysPage />} />
              <Route path="/quarantine" element={<QuarantinePage />} />
              <Route path="/" element={<TraceListPage />} />
              <Route path="*" element={<Missing title={texts.navigation.noPage} ways={WAYS} />} />
            </Routes>
          )}
        </Shell>
      ) : (
        <Box textAlign="center" padding="xxxl">
          {texts.signIn.noProject}
        </Box>
      )}
    </>
  );
}

/** Which trace is looked at, and which rows are open, says nothing in another project. */
const OF_ONE_PROJECT = ['trace', 'open', 'search'];

/**
 * The project that is shown: the one that the address names, so that a link shows others the same. An address without
 * one gets it.
 */
function useProject(session: Session) {
  const { pathname, search, hash, state } = useLocation();
  const navigate = useNavigate();
  const [last, setLast] = useState(() => firstProject(session));
  const named = new URLSearchParams(search).get(PROJECT);
  const found = projectNamed(session, named);
  const project = found ?? last;

  useEffect(() => {
    if (found && found.id !== last?.id) {
      rememberProject(found);
      setLast(found);
    }
    if (named !== null || !last) return;
    const parameters = new URLSearchParams(search);
    parameters.set(PROJECT, last.id);
    navigate({ pathname, search: `${parameters}`, hash }, { replace: true, state });
  }, [found, named, last, pathname, search, hash, state, navigate]);

  const enter = (id: string) => {
    if (id === project?.id) return;
    // Elsewhere, names and ids of the former project say nothing.
    const isList = pathname === '/';
    const parameters = new URLSearchParams(isList ? search : '');
    for (const name of OF_ONE_PROJECT) parameters.delete(name);
    parameters.set(PROJECT, id);
    navigate(`${isList ? '/' : `/${pathname.split('/')[1] ?? ''}`}?${parameters}`);
  };
  return { project, isForeign: named !== null && !found, enter };
}

/** The projects to choose from, under the names of their regions. */
function byRegion(projects: Project[], chosen: string) {
  const regions = [...new Set(projects.map(({ region }) => region))];
  return regions.map((text) => ({
    id: `region:${text}`,
    text,
    items: projects
      .filter(({ region }) => region === text)
      .map(({ id, name }) => ({
        id,
        text: name,
        itemType: 'checkbox' as const,
        checked: id === chosen,
      })),
  }));
}

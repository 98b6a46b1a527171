import TopNavigation from '@cloudscape-design/components/top-navigation';
import { useMemo } from 'react';
import { Api } from './api/client.ts';
import type { Session } from './api/session.ts';
import { TraceListPage } from './pages/traces/page.tsx';
import { changeSettings, type Settings, useSettings } from './settings.ts';
import { texts } from './texts.ts';

const words = texts.menu;

/** Everything that needs a session. */
export default function Home({ session, onEnd }: { session: Session; onEnd: (byExpiry: boolean) => void }) {
  const api = useMemo(() => new Api(session), [session]);
  const settings = useSettings();

  const choose = (id: string) => {
    const [kind, value] = id.split(':');
    if (kind === 'theme') changeSettings({ theme: value as Settings['theme'] });
    if (kind === 'zone') changeSettings({ zone: value as Settings['zone'] });
    if (kind === 'sign-out') void api.signOut().finally(() => onEnd(false));
  };
  const item = (id: string, text: string, chosen: boolean) => ({
    id,
    text,
    itemType: 'checkbox' as const,
    checked: chosen,
  });

  return (
    <>
      <div id="top">
        <TopNavigation
          identity={{
            href: '/console/',
            title: texts.product,
            logo: { src: '/console/favicon.svg', alt: '' },
          }}
          utilities={[
            {
              type: 'button',
              text: `${session.project.name}`,
              iconName: 'globe',
              ariaLabel: `${words.project}: ${session.project.name}`,
            },
            {
              type: 'menu-dropdown',
              text: session.userName,
              description: session.domainName,
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
                { id: 'sign-out', text: words.signOut },
              ],
            },
          ]}
        />
      </div>
      <TraceListPage api={api} zone={settings.zone} onExpired={() => onEnd(true)} />
    </>
  );
}

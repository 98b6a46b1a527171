import AppLayout from '@cloudscape-design/components/app-layout';
import Flashbar, { type FlashbarProps } from '@cloudscape-design/components/flashbar';
import SideNavigation, { type SideNavigationProps } from '@cloudscape-design/components/side-navigation';
import { type ReactNode, Suspense, useEffect, useMemo, useState } from 'react';
import { useLocation, useNavigate } from 'react-router-dom';
import { listRights } from './api/access.ts';
import type { Api } from './api/client.ts';
import type { Session } from './api/session.ts';
import { Boot } from './boot.tsx';
import { PageBoundary } from './boundary.tsx';
import { type Console, ConsoleContext } from './console-context.ts';
import { type HiddenPage, HiddenPages } from './hidden-pages.tsx';
import { Permitted } from './permitted.tsx';
import { Printed } from './printed.tsx';
import { actionToSee } from './rights.ts';
import { texts } from './texts/index.ts';
import type { Zone } from './time.ts';
import { useSlash } from './use-slash.ts';

const words = texts.navigation;
const BASE = '/console';
/** Id of what changes from page to page. */
export const CONTENT = 'content';
const WIDE = '(min-width: 1200px)';

const link = (path: string, text: string): SideNavigationProps.Item => ({
  type: 'link',
  href: `${BASE}${path}`,
  text,
});
const elsewhere = (href: string, text: string): SideNavigationProps.Item => ({
  type: 'link',
  href,
  text,
  external: true,
  externalIconAriaLabel: texts.menu.elsewhere,
});
const ITEMS: SideNavigationProps.Item[] = [
  link('/overview', words.overview),
  link('/', words.traces),
  { type: 'divider' },
  link('/archive', words.archive),
  link('/search', words.search),
  { type: 'divider' },
  link('/notifications', words.notifications),
  link('/topics', words.topics),
  { type: 'divider' },
  link('/trackers', words.trackers),
  link('/keys', words.keys),
  { type: 'divider' },
  {
    type: 'section',
    text: words.administration,
    items: [
      link('/users', words.users),
      link('/groups', words.groups),
      link('/roles', words.roles),
      link('/access-keys', words.accessKeys),
      link('/ingest-keys', words.ingestKeys),
    ],
  },
  { type: 'section', text: words.installation, items: [link('/quarantine', words.quarantine)] },
  { type: 'divider' },
  link('/guide', words.guide),
  elsewhere('/console/manual/index.html', texts.menu.manual),
  elsewhere('/docs', texts.menu.api),
];
const LINKS = ITEMS.flatMap((item) => (item.type === 'section' ? item.items : [item])).flatMap((item) =>
  item.type === 'link' ? [item] : [],
);

/** What seeing the page behind an entry takes. */
const actionOf = ({ href }: { href: string }) => actionToSee(href.slice(BASE.length));

function hiddenFor(may: Console['may']): HiddenPage[] {
  return LINKS.flatMap((one) => {
    const action = actionOf(one);
    return action === undefined || may(action) ? [] : [{ text: one.text, action }];
  });
}

/** Those that lead somewhere; where nothing is left between two lines, one of them goes, too. */
function itemsFor(may: Console['may']): SideNavigationProps.Item[] {
  const isOpen = (item: SideNavigationProps.Item) => {
    const action = item.type === 'link' && actionOf(item);
    return !action || may(action);
  };
  const left = ITEMS.flatMap((item): SideNavigationProps.Item[] => {
    if (item.type !== 'section') return isOpen(item) ? [item] : [];
    const items = item.items.filter(isOpen);
    return items.length > 0 ? [{ ...item, items }] : [];
  });
  const isLine = (at: number) => left[at]?.type === 'divider';
  return left.filter((_, at) => !isLine(at) || (at > 0 && !isLine(at - 1)));
}

interface Props {
  api: Api;
  zone: Zone;
  session: Session;
  onExpired: () => void;
  /** Stands in front of any page. */
  dialog: ReactNode;
  children: ReactNode;
}

/** The frame around every page: navigation on the left, what has happened above. */
export function Shell(props: Props) {
  const { api, zone, session, onExpired } = props;
  const { pathname, search } = useLocation();
  const navigate = useNavigate();
  const [open, setOpen] = useState(() => matchMedia(WIDE).matches);
  const [messages, setMessages] = useState<FlashbarProps.MessageDefinition[]>([]);

  /** Undefined: not asked yet; all: where they cannot be had, the service itself refuses. */
  const [actions, setActions] = useState<ReadonlySet<string> | 'all'>();
  useEffect(() => {
    const gone = new AbortController();
    listRights(api, gone.signal).then(
      (known) => setActions(new Set(known)),
      () => gone.signal.aborted || setActions('all'),
    );
    return () => gone.abort();
  }, [api]);

  const context = useMemo<Console>(() => {
    const dismiss = (id: string) => setMessages((current) => current.filter((one) => one.id !== id));
    return {
      api,
      zone,
      session,
      may: (action) => actions === 'all' || actions?.has(action) === true,
      onExpired,
      notify: (type, header, content) => {
        const id = crypto.randomUUID();
        const message = { id, type, header, content, dismissible: true, onDismiss: () => dismiss(id) };
        setMessages((current) =>
          [{ ...message, dismissLabel: texts.common.dismiss }, ...current].slice(0, 3),
        );
        if (type === 'success') setTimeout(() => dismiss(id), 6000);
      },
    };
  }, [api, zone, session, actions, onExpired]);

  const items = useMemo(() => itemsFor(context.may), [context]);
  const hidden = useMemo(() => (actions ? hiddenFor(context.may) : []), [context, actions]);
  const here = `${BASE}${pathname}`;
  const active =
    LINKS.find(({ href }) => here === href || (here.startsWith(`${href}/`) && href !== `${BASE}/`)) ??
    LINKS.find(({ href }) => href === `${BASE}/`);
  useEffect(() => {
    document.title = active ? `${active.text} – ${texts.product}` : texts.product;
  }, [active]);

  useSlash();

  // On a phone the layout's own bar carries an attribute that its element must not have.
  useEffect(() => document.querySelector('nav[aria-orientation]')?.removeAttribute('aria-orientation'));

  return (
    <ConsoleContext.Provider value={context}>
      <Suspense>{props.dialog}</Suspense>
      <AppLayout
        headerSelector="#top"
        toolsHide
        navigationWidth={250}
        navigationOpen={open}
        onNavigationChange={({ detail }) => setOpen(detail.open)}
        ariaLabels={{
          navigation: words.title,
          navigationToggle: words.open,
          navigationClose: words.close,
        }}
        navigation={
          <>
            <SideNavigation
              header={{ href: `${BASE}/`, text: words.title }}
              activeHref={active?.href ?? ''}
              items={items}
              onFollow={(event) => {
                if (event.detail.external) return;
                event.preventDefault();
                navigate(event.detail.href.slice(BASE.length) || '/');
                if (!matchMedia(WIDE).matches) setOpen(false);
              }}
            />
            <HiddenPages pages={hidden} />
          </>
        }
        notifications={<Flashbar items={messages} />}
        content={
          <div id={CONTENT} tabIndex={-1}>
            <Printed />
            <PageBoundary address={pathname + search}>
              <Suspense fallback={<Boot />}>
                {actions ? (
                  <Permitted title={active?.text ?? texts.product}>{props.children}</Permitted>
                ) : (
                  <Boot />
                )}
              </Suspense>
            </PageBoundary>
          </div>
        }
      />
    </ConsoleContext.Provider>
  );
}

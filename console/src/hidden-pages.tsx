import { rolesOf } from './denied.ts';
import { texts } from './texts/index.ts';

const words = texts.navigation;

/** A page that the menu leaves out, and the action that seeing it takes. */
export interface HiddenPage {
  text: string;
  action: string;
}

/** Below the menu: what it leaves out, and the roles for it. */
export function HiddenPages({ pages }: { pages: readonly HiddenPage[] }) {
  if (pages.length === 0) return null;
  return (
    <details className="hidden-pages">
      <summary>{words.hidden(pages.length)}</summary>
      <dl>
        {pages.map(({ text, action }) => (
          <div key={text}>
            <dt>{text}</dt>
            <dd>{rolesOf(action).join(', ')}</dd>
          </div>
        ))}
      </dl>
      <p>{words.hiddenHint}</p>
    </details>
  );
}

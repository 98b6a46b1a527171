import FormField from '@cloudscape-design/components/form-field';
import Link from '@cloudscape-design/components/link';
import { useEffect, useState } from 'react';
import { About } from '../../about.tsx';
import type { Api, Parameters } from '../../api/client.ts';
import { texts } from '../../texts/index.ts';
import { QueryInput } from './query-input.tsx';

const words = texts.traces.query;
const MANUAL = '/console/manual/query.html';
const RECENT = 'opencts-recent-queries';
const MOST_RECENT = 8;

interface Props {
  api: Api;
  query: string;
  /** Of which traces values are offered. */
  range: Parameters;
  /** What the service refuses it for. */
  problem?: string | undefined;
  onQuery: (query: string) => void;
}

/** A line in the query language; fields and values are offered while it is typed. */
export function QueryBar({ api, query, range, problem, onQuery }: Props) {
  const [text, setText] = useState(query);
  useEffect(() => setText(query), [query]);

  const apply = (wanted: string) => {
    if (wanted.trim() === query) return;
    remember(wanted.trim());
    onQuery(wanted.trim());
  };

  return (
    <FormField
      stretch
      label={words.label}
      info={<QueryHelp />}
      errorText={problem}
      constraintText={query === '' ? undefined : words.withFilters}
    >
      <QueryInput
        api={api}
        text={text}
        range={range}
        recent={remembered()}
        onText={setText}
        onApply={apply}
      />
    </FormField>
  );
}

/** What can be asked for, by examples. */
export function QueryHelp() {
  return (
    <About term={words.label}>
      <dl className="terms">
        {words.examples.map(([example, meaning]) => (
          <div key={example}>
            <dt>
              <code>{example}</code>
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
      <Link href={MANUAL} external>
        {words.manual}
      </Link>
    </About>
  );
}

/** The last queries of this browser, the newest first. */
function remembered(): string[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(RECENT) ?? '[]');
    return Array.isArray(stored) ? stored.filter((one) => typeof one === 'string') : [];
  } catch {
    return [];
  }
}

function remember(query: string): void {
  if (query === '') return;
  const others = remembered().filter((one) => one !== query);
  localStorage.setItem(RECENT, JSON.stringify([query, ...others].slice(0, MOST_RECENT)));
}

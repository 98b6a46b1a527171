import Autosuggest, { type AutosuggestProps } from '@cloudscape-design/components/autosuggest';
import FormField from '@cloudscape-design/components/form-field';
import Link from '@cloudscape-design/components/link';
import { visible } from '@opencts/client/api';
import { useEffect, useState } from 'react';
import { About } from '../../about.tsx';
import type { Api, Parameters } from '../../api/client.ts';
import { formatNumber } from '../../number.ts';
import { texts } from '../../texts/index.ts';
import { offersFor, typedOf } from './completion.ts';
import { useEnter } from './use-enter.ts';
import { useFacet } from './use-facet.ts';

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
  const typed = typedOf(text);
  const values = useFacet(api, typed.facet ?? 'user', typed.facet ? range : null);

  const apply = (wanted: string) => {
    if (wanted.trim() === query) return;
    remember(wanted.trim());
    onQuery(wanted.trim());
  };
  const { onChosen, onKeyDown } = useEnter(() => apply(text));

  return (
    <FormField
      stretch
      label={words.label}
      info={<QueryHelp />}
      errorText={problem}
      constraintText={query === '' ? undefined : words.withFilters}
    >
      <Autosuggest
        value={text}
        filteringType="manual"
        options={optionsOf(text, offersFor(typed, values))}
        placeholder={words.placeholder}
        ariaLabel={words.label}
        clearAriaLabel={`${texts.traces.filters.clear}: ${words.label}`}
        enteredTextLabel={words.search}
        onChange={({ detail }) => {
          setText(detail.value);
          if (detail.value === '') apply('');
        }}
        onSelect={({ detail }) => {
          onChosen();
          setText(detail.value);
          // What goes on is not searched for yet.
          if (!/[:\s]$/.test(detail.value)) apply(detail.value);
        }}
        onKeyDown={onKeyDown}
      />
    </FormField>
  );
}

function optionsOf(text: string, offers: ReturnType<typeof offersFor>): AutosuggestProps.Options {
  const recent = text === '' ? remembered() : [];
  return [
    ...(recent.length > 0
      ? [{ label: words.recent, options: recent.map((value) => ({ value, label: visible(value) })) }]
      : []),
    ...offers.map(({ value, label, count, name }) => ({
      value,
      label: visible(label),
      labelTag: count === undefined ? undefined : formatNumber(count),
      description: name === undefined ? undefined : texts.traceFields[name],
    })),
  ];
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

import Autosuggest, { type AutosuggestProps } from '@cloudscape-design/components/autosuggest';
import { visible } from '@opencts/client/api';
import type { Api, Parameters } from '../../api/client.ts';
import { formatNumber } from '../../number.ts';
import { texts } from '../../texts/index.ts';
import { offersFor, typedOf } from './completion.ts';
import { useEnter } from './use-enter.ts';
import { useFacet } from './use-facet.ts';

const words = texts.traces.query;

interface Props {
  api: Api;
  text: string;
  /** Of which traces values are offered. */
  range: Parameters;
  /** Queries to choose from while there is none. */
  recent: readonly string[];
  onText: (text: string) => void;
  /** What stands there is wanted: Enter was pressed, or an offer taken that nothing need follow. */
  onApply: (text: string) => void;
}

/** Takes a line in the query language; fields and values are offered while it is typed. */
export function QueryInput({ api, text, range, recent, onText, onApply }: Props) {
  const typed = typedOf(text);
  const values = useFacet(api, typed.facet ?? 'user', typed.facet ? range : null);
  const { onChosen, onKeyDown } = useEnter(() => onApply(text));
  return (
    <Autosuggest
      value={text}
      filteringType="manual"
      options={optionsOf(text === '' ? recent : [], offersFor(typed, values))}
      placeholder={words.placeholder}
      ariaLabel={words.label}
      clearAriaLabel={`${texts.traces.filters.clear}: ${words.label}`}
      enteredTextLabel={words.search}
      onChange={({ detail }) => {
        onText(detail.value);
        if (detail.value === '') onApply('');
      }}
      onSelect={({ detail }) => {
        onChosen();
        onText(detail.value);
        // What goes on is not searched for yet.
        if (!/[:\s]$/.test(detail.value)) onApply(detail.value);
      }}
      onKeyDown={onKeyDown}
    />
  );
}

function optionsOf(
  recent: readonly string[],
  offers: ReturnType<typeof offersFor>,
): AutosuggestProps.Options {
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

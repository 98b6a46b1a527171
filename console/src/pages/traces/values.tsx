import { visible } from '@opencts/client/api';
import { choiceOf, withChoice } from '@opencts/client/query';
import { useRef, useState } from 'react';
import type { Api, Facet, Parameters } from '../../api/client.ts';
import type { FacetValue } from '../../api/types.ts';
import { useConsole } from '../../console-context.ts';
import { formatNumber } from '../../number.ts';
import { texts } from '../../texts/index.ts';
import { useLoad } from '../../use-load.ts';
import { DEFAULT_VIEW, familyOf, filtersOf, type View } from './view-state.ts';

const words = texts.traces.values;
/** Values of a field before more are asked for. */
const FEW = 7;
const MANY = 100;
/** Where there is room for them beside the list. */
const BESIDE = '(min-width: 901px)';

/** A field of which values are told. */
interface Told {
  facet: Facet & keyof typeof words.fields;
  /** Its own name in the query language. */
  field: string;
  /** What the simple filters ask of it, and the view without that. */
  filtered: (view: View) => { values: string[]; without: Partial<View> };
  isFolded?: true;
}

const unfiltered = () => ({ values: [], without: {} });
const searchedBy = (field: string) => (view: View) => ({
  values: view.by === field && view.value !== '' ? [view.value] : [],
  without: { by: DEFAULT_VIEW.by, value: '' },
});
const one = (value: string, without: Partial<View>) => ({ values: value === '' ? [] : [value], without });

const TOLD: readonly Told[] = [
  {
    facet: 'trace_rating',
    field: 'trace_rating',
    filtered: ({ status }) =>
      status === 'failed'
        ? { values: ['warning', 'incident'], without: { status: '' } }
        : one(status, { status: '' }),
  },
  {
    facet: 'service_type',
    field: 'service_type',
    filtered: ({ source }) => one(source, { source: '' }),
  },
  { facet: 'trace_name', field: 'trace_name', filtered: searchedBy('trace_name') },
  { facet: 'user', field: 'user.name', filtered: ({ users }) => ({ values: users, without: { users: [] } }) },
  { facet: 'source_ip', field: 'source_ip', filtered: searchedBy('source_ip') },
  { facet: 'read_only', field: 'read_only', filtered: unfiltered },
  {
    facet: 'resource_type',
    field: 'resource_type',
    filtered: ({ resourceType }) => one(resourceType, { resourceType: '' }),
    isFolded: true,
  },
  {
    facet: 'resource_name',
    field: 'resource_name',
    filtered: searchedBy('resource_name'),
    isFolded: true,
  },
  { facet: 'access_key_id', field: 'user.access_key_id', filtered: unfiltered, isFolded: true },
  { facet: 'code', field: 'code', filtered: unfiltered, isFolded: true },
];

interface Props {
  view: View;
  /** The instants that the list shows. */
  range: { from: number; to: number };
  onChange: (change: Partial<View>) => void;
}

/** The values of the list's traces, the most frequent first: a click asks for one, or leaves it out. */
export default function Values({ view, range, onChange }: Props) {
  const { api } = useConsole();
  return (
    <section className="values" aria-label={words.title}>
      {TOLD.map((told) => (
        <FieldValues key={told.facet} told={told} api={api} view={view} range={range} onChange={onChange} />
      ))}
    </section>
  );
}

function FieldValues({ told, api, view, range, onChange }: Props & { told: Told; api: Api }) {
  const { facet, field } = told;
  const [isOpen, setOpen] = useState(() => !told.isFolded && matchMedia(BESIDE).matches);
  const [isLong, setLong] = useState(false);
  const parameters: Parameters = { ...filtersOf(view), ...range };
  const { value: loaded, error } = useLoad(
    async (signal) => (isOpen ? api.facet(facet, parameters, signal, MANY) : []),
    JSON.stringify([isOpen, parameters]),
  );
  // They stay in their place until others have come.
  const last = useRef<FacetValue[]>(undefined);
  if (loaded) last.current = loaded;
  const values = loaded ?? last.current;
  const { wanted, unwanted } = choiceOf(view.q, field);
  const { values: filtered } = told.filtered(view);
  const isWanted = (value: string) => wanted.has(value.toLowerCase()) || filtered.includes(value);
  const isUnwanted = (value: string) => unwanted.has(value.toLowerCase());
  const name = words.fields[facet];
  const id = `values-${facet}`;
  const most = Math.max(...(values ?? []).map(({ count }) => count), 1);

  return (
    <div className="values-field">
      <h2>
        <button type="button" aria-expanded={isOpen} aria-controls={id} onClick={() => setOpen(!isOpen)}>
          {name}
        </button>
      </h2>
      {isOpen && (
        <ul id={id} aria-label={name}>
          {!values && <li className="values-none">{error ? words.missing : texts.common.loading}</li>}
          {values?.length === 0 && <li className="values-none">{words.none}</li>}
          {(values ?? []).slice(0, isLong ? MANY : FEW).map(({ value, count }) => {
            const label = labelOf(facet, value);
            return (
              <li key={value} className={isUnwanted(value) ? 'unwanted' : undefined}>
                <button
                  type="button"
                  className="value"
                  aria-pressed={isWanted(value)}
                  title={words.only(label, name)}
                  style={{ backgroundSize: `${(100 * count) / most}% 100%` }}
                  onClick={() => onChange(chosen(view, told, value, isWanted(value) ? 'neither' : 'wanted'))}
                >
                  <span>{label}</span> <span>{formatNumber(count)}</span>
                </button>
                <button
                  type="button"
                  className="without"
                  aria-pressed={isUnwanted(value)}
                  aria-label={words.without(label, name)}
                  title={words.without(label, name)}
                  onClick={() =>
                    onChange(chosen(view, told, value, isUnwanted(value) ? 'neither' : 'unwanted'))
                  }
                >
                  −
                </button>
              </li>
            );
          })}
          {values && values.length > FEW && (
            <li>
              <button type="button" className="more" onClick={() => setLong(!isLong)}>
                {isLong ? words.fewer : words.more(values.length - FEW)}
              </button>
            </li>
          )}
        </ul>
      )}
    </div>
  );
}

function labelOf(facet: Facet, value: string): string {
  if (facet === 'trace_rating') return texts.traces.status[value] ?? value;
  if (facet === 'read_only') return value === 'true' ? words.reads : words.writes;
  return visible(value);
}

/** The view with another choice; what the simple filters ask of the field goes into the query. */
function chosen(
  view: View,
  { field, filtered }: Told,
  value: string,
  choice: 'wanted' | 'unwanted' | 'neither',
): Partial<View> {
  const before = filtered(view);
  let q = view.q;
  for (const one of before.values) q = withChoice(q, field, one, 'wanted');
  q = withChoice(q, field, value, choice);
  // The family stays: what is asked for is among what was counted.
  const family = familyOf(view);
  return {
    ...(before.values.length > 0 ? before.without : {}),
    q,
    type: q === '' && family === 'system' ? '' : family,
    expanded: [],
  };
}

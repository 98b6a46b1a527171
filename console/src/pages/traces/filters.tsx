import Autosuggest from '@cloudscape-design/components/autosuggest';
import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import Multiselect from '@cloudscape-design/components/multiselect';
import SegmentedControl from '@cloudscape-design/components/segmented-control';
import Select, { type SelectProps } from '@cloudscape-design/components/select';
import Toggle from '@cloudscape-design/components/toggle';
import { visible } from '@opencts/client/api';
import { lazy, Suspense, useEffect, useState } from 'react';
import { About } from '../../about.tsx';
import type { Api } from '../../api/client.ts';
import type { FacetValue } from '../../api/types.ts';
import { useConsole } from '../../console-context.ts';
import { formatNumber } from '../../number.ts';
import { texts } from '../../texts/index.ts';
import type { Zone } from '../../time.ts';
import { QueryBar } from './query-bar.tsx';
import { useEnter } from './use-enter.ts';
import { useFacet } from './use-facet.ts';
import { DEFAULT_VIEW, type Family, familyOf, filtersOf, steadyRange, type View } from './view-state.ts';

const words = texts.traces.filters;
// A large part, which the first view can do without for a moment.
const SavedSearches = lazy(() => import('./saved.tsx'));
const CustomRange = lazy(() => import('./custom-range.tsx'));

interface Props {
  api: Api;
  view: View;
  zone: Zone;
  /** What the service refuses the query for. */
  problem: string | undefined;
  onChange: (change: Partial<View>) => void;
}

export function Filters(props: Props) {
  const [open, setOpen] = useState(false);
  const [isSaved, setSaved] = useState(false);
  const { session } = useConsole();
  const { view, onChange } = props;
  const active = [view.q, view.source, view.resourceType, view.value, view.status, ...view.users].filter(
    Boolean,
  ).length;
  return (
    <section aria-label={words.title}>
      <div className="range-row">
        <SegmentedControl
          label={texts.traces.rangeAria}
          selectedId={view.range in texts.traces.range ? view.range : null}
          onChange={({ detail }) => onChange({ range: detail.selectedId })}
          options={Object.entries(texts.traces.range).map(([id, text]) => ({ id, text }))}
        />
        <Suspense>
          <CustomRange {...props} days={7} />
        </Suspense>
        <FiltersHelp />
        <Button variant="link" onClick={() => setSaved(true)}>
          {texts.traces.saved.title}
        </Button>
        {isSaved && (
          <Suspense>
            <SavedSearches view={view} onClose={() => setSaved(false)} />
          </Suspense>
        )}
        {session.projects.length > 1 && (
          <Toggle
            checked={view.projects === 'all'}
            onChange={({ detail }) => onChange({ projects: detail.checked ? 'all' : '', expanded: [] })}
          >
            {words.allProjects}
          </Toggle>
        )}
        {active > 0 && (
          <Button
            variant="link"
            onClick={() => {
              const { range, live, trace, expanded, order, projects, columns, ...filters } = DEFAULT_VIEW;
              onChange(filters);
            }}
          >
            {words.reset}
          </Button>
        )}
        <div className="only-narrow">
          <Button iconName="filter" ariaExpanded={open} onClick={() => setOpen(!open)}>
            {active > 0 ? `${words.show} (${active})` : words.show}
          </Button>
        </div>
      </div>
      <div className="query-row">
        <QueryBar
          api={props.api}
          query={view.q}
          range={steadyRange(view.range)}
          problem={props.problem}
          onQuery={(q) => onChange({ q })}
        />
      </div>
      <div className={open ? 'filter-grid' : 'filter-grid folded'}>
        <FilterFields {...props} />
      </div>
    </section>
  );
}

function FilterFields({ api, view, onChange }: Props) {
  const range = steadyRange(view.range);
  const { trace_type } = filtersOf(view);
  const sources = useFacet(api, 'service_type', { trace_type, ...range });
  // A link can name a resource type without its source.
  const narrowed = view.source !== '' || view.resourceType !== '';
  const types = useFacet(
    api,
    'resource_type',
    narrowed ? { trace_type, service_type: view.source, ...range } : null,
  );
  const users = useFacet(api, 'user', { ...filtersOf({ ...view, users: [] }), ...range });
  const families = familiesOf(view);
  const statuses: [string, string][] = [['', words.all], ...Object.entries(texts.traces.status)];
  const option = (value: string, label: string): SelectProps.Option => ({ value, label });

  return (
    <>
      <FormField label={words.type}>
        <Select
          selectedOption={families.find(({ value }) => value === familyOf(view)) ?? null}
          options={families}
          onChange={({ detail }) =>
            onChange({ type: detail.selectedOption.value as View['type'], source: '', resourceType: '' })
          }
        />
      </FormField>
      <FormField label={words.source}>
        <Select
          selectedOption={option(view.source, view.source || words.all)}
          options={[option('', words.all), ...sources.map(toOption)]}
          filteringType="auto"
          onChange={({ detail }) => onChange({ source: detail.selectedOption.value ?? '', resourceType: '' })}
        />
      </FormField>
      <FormField label={words.resourceType}>
        <Select
          disabled={!narrowed}
          selectedOption={option(view.resourceType, view.resourceType || words.all)}
          options={[option('', words.all), ...types.map(toOption)]}
          filteringType="auto"
          onChange={({ detail }) => onChange({ resourceType: detail.selectedOption.value ?? '' })}
        />
      </FormField>
      <SearchBy api={api} view={view} onChange={onChange} />
      <FormField label={words.operator}>
        <Multiselect
          selectedOptions={view.users.map((user) => option(user, user))}
          options={users.map(toOption)}
          placeholder={words.any}
          filteringType="auto"
          tokenLimit={1}
          onChange={({ detail }) =>
            onChange({ users: detail.selectedOptions.map(({ value }) => value ?? '') })
          }
        />
      </FormField>
      <FormField label={words.status}>
        <Select
          selectedOption={option(view.status, texts.traces.status[view.status] ?? words.all)}
          options={statuses.map(([value, label]) => option(value, label))}
          onChange={({ detail }) =>
            onChange({ status: (detail.selectedOption.value ?? '') as View['status'] })
          }
        />
      </FormField>
    </>
  );
}

/** Kind and value; trace names are offered with how often each occurs, so that typing "delete" finds them. */
function SearchBy({ api, view, onChange }: Pick<Props, 'api' | 'view' | 'onChange'>) {
  const [typed, setTyped] = useState(view.value);
  useEffect(() => setTyped(view.value), [view.value]);
  const range = steadyRange(view.range);
  const names = useFacet(
    api,
    'trace_name',
    view.by === 'trace_name' ? { ...filtersOf({ ...view, value: '' }), ...range } : null,
  );
  const apply = (value: string) => {
    if (value.trim() !== view.value) onChange({ value: value.trim() });
  };
  const { onChosen, onKeyDown } = useEnter(() => apply(typed));
  const kinds = Object.entries(texts.traces.by).map(([value, label]) => ({ value, label }));
  return (
    <FormField label={words.by} constraintText={words.exact} className="search-by">
      <div className="search-pair">
        <Select
          selectedOption={{ value: view.by, label: texts.traces.by[view.by] }}
          options={kinds}
          ariaLabel={words.by}
          onChange={({ detail }) =>
            onChange({ by: detail.selectedOption.value ?? DEFAULT_VIEW.by, value: '' })
          }
        />
        {view.by === 'trace_name' ? (
          <Autosuggest
            value={typed}
            options={names.map(({ value, count }) => ({ value, labelTag: formatNumber(count) }))}
            onChange={({ detail }) => setTyped(detail.value)}
            onSelect={({ detail }) => {
              onChosen();
              apply(detail.value);
            }}
            onKeyDown={onKeyDown}
            onBlur={() => typed === '' && apply('')}
            enteredTextLabel={(value) => value}
            ariaLabel={words.value}
            clearAriaLabel={words.clear}
            placeholder="delete…"
            empty={words.none}
          />
        ) : (
          <Input
            value={typed}
            type="search"
            ariaLabel={words.value}
            clearAriaLabel={words.clear}
            onChange={({ detail }) => {
              setTyped(detail.value);
              if (detail.value === '') apply('');
            }}
            onKeyDown={({ detail }) => detail.key === 'Enter' && apply(typed)}
            onBlur={() => apply(typed)}
          />
        )}
      </div>
    </FormField>
  );
}

/** What each filter is. */
export function FiltersHelp() {
  const filters = Object.keys(words.about) as (keyof typeof words.about)[];
  return (
    <About term={words.title}>
      <dl className="terms">
        {filters.map((filter) => (
          <div key={filter}>
            <dt>{words[filter]}</dt>
            <dd>{words.about[filter]}</dd>
          </div>
        ))}
      </dl>
    </About>
  );
}

/** Families to choose from: without a query it is one of them. */
export function familiesOf({ q }: View) {
  const option = (value: 'all' | Family, label: string) => ({ value, label });
  const each = [option('system', words.management), option('data', words.data)];
  return q === '' ? each : [option('all', words.all), ...each];
}

export const toOption = ({ value, count }: FacetValue) => ({
  value,
  label: visible(value),
  labelTag: formatNumber(count),
});

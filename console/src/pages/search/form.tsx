import Autosuggest from '@cloudscape-design/components/autosuggest';
import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import SegmentedControl from '@cloudscape-design/components/segmented-control';
import Select, { type SelectProps } from '@cloudscape-design/components/select';
import { useState } from 'react';
import { useConsole } from '../../console-context.ts';
import { texts } from '../../texts/index.ts';
import CustomRange from '../traces/custom-range.tsx';
import { FiltersHelp, familiesOf, toOption } from '../traces/filters.tsx';
import { QueryHelp } from '../traces/query-bar.tsx';
import { useFacet } from '../traces/use-facet.ts';
import { familyOf, filtersOf, resolveRange, type View } from '../traces/view-state.ts';

const words = texts.search;
const labels = texts.traces.filters;
const DECADE = 3650;

const option = (value: string, label: string): SelectProps.Option => ({ value, label });

/**
 * The filters of the trace list, but nothing is asked for before the button is pressed; values that were seen
 * within the last days are offered, and any other can be typed.
 */
export function SearchForm(props: { view: View; busy: boolean; onSearch: (view: View) => void }) {
  const { api, zone } = useConsole();
  const { view: initial, busy, onSearch } = props;
  const [typed, setTyped] = useState<Partial<View>>({});
  const view = { ...initial, ...typed };
  const change = (next: Partial<View>) => setTyped((before) => ({ ...before, ...next }));
  const week = resolveRange('7d', Math.ceil(Date.now() / 60_000) * 60_000);
  const { trace_type } = filtersOf(view);
  const sources = useFacet(api, 'service_type', { trace_type, ...week });
  const types = useFacet(
    api,
    'resource_type',
    view.source ? { trace_type, service_type: view.source, ...week } : null,
  );
  const names = useFacet(api, 'trace_name', view.by === 'trace_name' ? { trace_type, ...week } : null);
  const users = useFacet(api, 'user', { trace_type, ...week });
  const statuses = [
    option('', labels.all),
    ...Object.entries(texts.traces.status).map(([id, text]) => option(id, text)),
  ];
  const families = familiesOf(view);
  const suggest = (label: string, value: string, offers: typeof sources, apply: (value: string) => void) => (
    <Autosuggest
      value={value}
      ariaLabel={label}
      clearAriaLabel={`${labels.clear}: ${label}`}
      options={offers.map(toOption)}
      placeholder={labels.any}
      enteredTextLabel={(text) => text}
      empty={labels.none}
      onChange={({ detail }) => apply(detail.value)}
    />
  );

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onSearch(view);
      }}
    >
      <div className="range-row">
        <SegmentedControl
          label={texts.traces.rangeAria}
          selectedId={view.range in words.ranges ? view.range : null}
          onChange={({ detail }) => change({ range: detail.selectedId })}
          options={Object.entries(words.ranges).map(([id, text]) => ({ id, text }))}
        />
        <CustomRange view={view} zone={zone} days={DECADE} onChange={change} />
        <FiltersHelp />
      </div>
      <div className="query-row">
        <FormField stretch label={texts.traces.query.label} info={<QueryHelp />}>
          <Input
            value={view.q}
            type="search"
            placeholder={texts.traces.query.placeholder}
            ariaLabel={texts.traces.query.label}
            clearAriaLabel={`${labels.clear}: ${texts.traces.query.label}`}
            onChange={({ detail }) => change({ q: detail.value })}
          />
        </FormField>
      </div>
      <div className="filter-grid">
        <FormField label={labels.type}>
          <Select
            selectedOption={families.find(({ value }) => value === familyOf(view)) ?? null}
            options={families}
            onChange={({ detail }) => change({ type: detail.selectedOption.value as View['type'] })}
          />
        </FormField>
        <FormField label={labels.source}>
          {suggest(labels.source, view.source, sources, (source) => change({ source }))}
        </FormField>
        <FormField label={labels.resourceType}>
          {suggest(labels.resourceType, view.resourceType, types, (resourceType) => change({ resourceType }))}
        </FormField>
        <FormField label={labels.by} constraintText={labels.exact} className="search-by">
          <div className="search-pair">
            <Select
              selectedOption={option(view.by, texts.traces.by[view.by] ?? '')}
              options={Object.entries(texts.traces.by).map(([id, text]) => option(id, text))}
              ariaLabel={labels.by}
              onChange={({ detail }) =>
                change({ by: detail.selectedOption.value ?? 'trace_name', value: '' })
              }
            />
            {view.by === 'trace_name' ? (
              suggest(labels.value, view.value, names, (value) => change({ value }))
            ) : (
              <Input
                value={view.value}
                type="search"
                ariaLabel={labels.value}
                clearAriaLabel={labels.clear}
                onChange={({ detail }) => change({ value: detail.value })}
              />
            )}
          </div>
        </FormField>
        <FormField label={words.users} constraintText={words.usersHint}>
          {suggest(words.users, view.users.join(','), users, (text) => change({ users: text.split(',') }))}
        </FormField>
        <FormField label={labels.status}>
          <Select
            selectedOption={statuses.find(({ value }) => value === view.status) ?? null}
            options={statuses}
            onChange={({ detail }) =>
              change({ status: (detail.selectedOption.value ?? '') as View['status'] })
            }
          />
        </FormField>
      </div>
      <div className="form-actions">
        <Button variant="primary" iconName="search" loading={busy}>
          {view.search === '' ? words.start : words.again}
        </Button>
      </div>
    </form>
  );
}

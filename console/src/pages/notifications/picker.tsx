import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import Pagination from '@cloudscape-design/components/pagination';
import SegmentedControl from '@cloudscape-design/components/segmented-control';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useMemo, useState } from 'react';
import { Listing } from '../../listing.tsx';
import { texts } from '../../texts/index.ts';
import { keyOf, type OperationKey } from './draft.ts';
import type { Choice } from './traced.ts';

const words = texts.notifications.form;
const PAGE = 12;

function isOf(kind: string, { risk, typical, count }: Choice): boolean {
  if (kind === 'typical') return typical;
  if (kind === 'traced') return count > 0;
  return kind === '' || risk === kind;
}

/** Operations to choose from, by words, by risk and by what was traced; others can be added. */
export function OperationPicker(props: {
  known: readonly Choice[];
  chosen: OperationKey[];
  onChange: (chosen: OperationKey[]) => void;
}) {
  const { known, chosen, onChange } = props;
  const [typed, setTyped] = useState('');
  const [risk, setRisk] = useState('');
  const [page, setPage] = useState(1);
  const [own, setOwn] = useState<OperationKey>({ service_type: '', resource_type: '', trace_name: '' });

  const all = useMemo(() => {
    const names = new Set(known.map(keyOf));
    const others = chosen
      .filter((one) => !names.has(keyOf(one)))
      .map((one) => ({ ...one, description: '', risk: '' as const, typical: false, count: 0 }));
    return [...others, ...known];
  }, [known, chosen]);
  const found = useMemo(() => {
    const asked = typed.toLowerCase().split(/\s+/).filter(Boolean);
    return all.filter((one) => {
      if (!isOf(risk, one)) return false;
      const text =
        `${one.trace_name} ${one.description} ${one.service_type} ${one.resource_type}`.toLowerCase();
      return asked.every((word) => text.includes(word));
    });
  }, [all, typed, risk]);
  const pages = Math.max(Math.ceil(found.length / PAGE), 1);
  const at = Math.min(page, pages);
  const isChosen = new Set(chosen.map(keyOf));

  return (
    <SpaceBetween size="m">
      <Listing<Choice>
        table={{ variant: 'embedded' }}
        selectionType="multi"
        trackBy={keyOf}
        items={found.slice((at - 1) * PAGE, at * PAGE)}
        selectedItems={all.filter((one) => isChosen.has(keyOf(one)))}
        onSelectionChange={({ detail }) =>
          onChange(
            detail.selectedItems.map(({ service_type, resource_type, trace_name }) => ({
              service_type,
              resource_type,
              trace_name,
            })),
          )
        }
        selectionLabels={{ group: words.list, row: keyOf }}
        header={
          <Header
            variant="h3"
            counter={words.chosen(chosen.length)}
            actions={
              <SpaceBetween direction="horizontal" size="xs">
                <Button formAction="none" onClick={() => onChange(known.filter(({ typical }) => typical))}>
                  {words.typical}
                </Button>
                <Button formAction="none" onClick={() => onChange([])} disabled={chosen.length === 0}>
                  {words.clear}
                </Button>
              </SpaceBetween>
            }
          >
            {words.list}
          </Header>
        }
        filter={
          <SpaceBetween size="s">
            <FormField label={words.find} constraintText={words.findHint} stretch>
              <Input
                type="search"
                value={typed}
                clearAriaLabel={texts.traces.filters.clear}
                onChange={({ detail }) => {
                  setTyped(detail.value);
                  setPage(1);
                }}
              />
            </FormField>
            <SegmentedControl
              label={words.risk}
              selectedId={risk}
              options={Object.entries(words.risks).map(([id, text]) => ({ id, text }))}
              onChange={({ detail }) => {
                setRisk(detail.selectedId);
                setPage(1);
              }}
            />
          </SpaceBetween>
        }
        pagination={
          <Pagination
            currentPageIndex={at}
            pagesCount={pages}
            onChange={({ detail }) => setPage(detail.currentPageIndex)}
            ariaLabels={{ nextPageLabel: words.nextPage, previousPageLabel: words.previousPage }}
          />
        }
        empty={texts.traces.filters.none}
        columnDefinitions={[
          {
            id: 'name',
            minWidth: 170,
            header: words.columns.name,
            isRowHeader: true,
            cell: ({ trace_name }) => trace_name,
          },
          {
            id: 'description',
            minWidth: 160,
            header: words.columns.description,
            cell: ({ description, count }) =>
              [description, count && words.traced(count)].filter(Boolean).join(' · '),
          },
          {
            id: 'source',
            minWidth: 100,
            header: words.columns.source,
            cell: ({ service_type }) => service_type,
          },
          {
            id: 'type',
            minWidth: 150,
            header: words.columns.type,
            cell: ({ resource_type }) => resource_type,
          },
          {
            id: 'risk',
            minWidth: 95,
            header: words.columns.risk,
            cell: (one) => (one.risk === '' ? '' : words.risks[one.risk]),
          },
        ]}
      />
      <FormField label={words.own} constraintText={words.ownHint} stretch>
        <div className="own-operation">
          {(['service_type', 'resource_type', 'trace_name'] as const).map((member) => (
            <Input
              key={member}
              value={own[member]}
              ariaLabel={member}
              placeholder={member}
              onChange={({ detail }) => setOwn({ ...own, [member]: detail.value.trim() })}
            />
          ))}
          <Button
            formAction="none"
            disabled={Object.values(own).includes('')}
            onClick={() => {
              if (!isChosen.has(keyOf(own))) onChange([...chosen, own]);
              setOwn({ service_type: '', resource_type: '', trace_name: '' });
            }}
          >
            {words.add}
          </Button>
        </div>
      </FormField>
    </SpaceBetween>
  );
}

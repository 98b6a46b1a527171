import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { texts } from '../../texts/index.ts';
import { type Comparison, type Draft, lacksValue, type StepProps } from './draft.ts';

const words = texts.notifications.form;
const FIELDS = ['trace_rating', 'trace_type', 'code', 'api_version', 'resource_id', 'resource_name'];
const MOST_COMPARISONS = 6;

/** Comparisons that must hold of a trace. */
export function Filter({ draft, change, told }: StepProps) {
  const { comparisons } = draft;
  const set = (index: number, next: Partial<Comparison>) =>
    change({ comparisons: comparisons.map((one, at) => (at === index ? { ...one, ...next } : one)) });
  const joins = [
    { value: 'AND', label: words.and },
    { value: 'OR', label: words.or },
  ];
  return (
    <SpaceBetween size="s">
      <Box variant="h3">{words.filter}</Box>
      <Box color="text-body-secondary">{words.filterHint}</Box>
      {comparisons.map((comparison, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a comparison has no identity but its place
        <div className="comparison" key={index}>
          <Select
            ariaLabel={`${words.filter} ${index + 1}`}
            selectedOption={{ value: comparison.field, label: comparison.field }}
            options={FIELDS.map((name) => ({ value: name, label: name }))}
            onChange={({ detail }) => set(index, { field: detail.selectedOption.value ?? '' })}
          />
          <Select
            ariaLabel={`= ${index + 1}`}
            selectedOption={{ value: comparison.operator, label: comparison.operator }}
            options={['=', '!='].map((sign) => ({ value: sign, label: sign }))}
            onChange={({ detail }) =>
              set(index, { operator: detail.selectedOption.value as Comparison['operator'] })
            }
          />
          <FormField errorText={told && lacksValue(comparison) && words.noValue} stretch>
            <Input
              ariaLabel={`${texts.traces.filters.value} ${index + 1}`}
              value={comparison.value}
              onChange={({ detail }) => set(index, { value: detail.value })}
            />
          </FormField>
          <Button
            formAction="none"
            iconName="remove"
            variant="icon"
            ariaLabel={`${words.removeRule} ${index + 1}`}
            onClick={() => change({ comparisons: comparisons.filter((_, at) => at !== index) })}
          />
        </div>
      ))}
      {comparisons.length > 1 && (
        <FormField label={words.join}>
          <Select
            selectedOption={joins.find(({ value }) => value === draft.join) ?? null}
            options={joins}
            onChange={({ detail }) => change({ join: detail.selectedOption.value as Draft['join'] })}
          />
        </FormField>
      )}
      <Button
        formAction="none"
        iconName="add-plus"
        disabled={comparisons.length >= MOST_COMPARISONS}
        onClick={() =>
          change({
            comparisons: [...comparisons, { field: 'trace_rating', operator: '!=', value: 'normal' }],
          })
        }
      >
        {words.addRule}
      </Button>
    </SpaceBetween>
  );
}

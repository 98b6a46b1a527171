import Box from '@cloudscape-design/components/box';
import Checkbox from '@cloudscape-design/components/checkbox';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import RadioGroup from '@cloudscape-design/components/radio-group';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { Field } from '../../fields.tsx';
import { texts } from '../../texts/index.ts';
import { AlsoListed } from './also-listed.tsx';
import { BucketCheck } from './bucket-check.tsx';
import { BucketCreation } from './bucket-creation.tsx';
import { type Draft, exampleKey, type FieldProps, LIFECYCLES } from './draft.ts';

const words = texts.trackers.form;

const COMPRESSIONS = [
  { value: 'gzip', label: words.gzip },
  { value: 'json', label: words.json },
];

/** Where trace files go, and how they look there. */
export function TransferFields(props: FieldProps & { region: string }) {
  const { draft, region, change } = props;
  return (
    <SpaceBetween size="m">
      <BucketFields {...props} />
      <AlsoListed {...props} />
      <Field
        of="file_prefix_name"
        label={`${words.prefix} (${texts.common.optional})`}
        description={words.prefixAbout}
        constraintText={words.prefixHint}
      >
        <Input value={draft.prefix} onChange={({ detail }) => change({ prefix: detail.value })} />
      </Field>
      <FormField label={words.compression} description={words.compressionAbout}>
        <Select
          selectedOption={COMPRESSIONS.find(({ value }) => value === draft.compression) ?? null}
          options={COMPRESSIONS}
          onChange={({ detail }) =>
            change({ compression: detail.selectedOption.value as Draft['compression'] })
          }
        />
      </FormField>
      <Checkbox
        checked={draft.sorted}
        description={words.sortHint}
        onChange={({ detail }) => change({ sorted: detail.checked })}
      >
        {words.sort}
      </Checkbox>
      <Extent {...props} />
      <FormField label={words.example} description={words.exampleAbout}>
        <Box variant="code">
          <span className="any-break">{exampleKey(draft, region, Date.now())}</span>
        </Box>
      </FormField>
    </SpaceBetween>
  );
}

function BucketFields({ draft, region, buckets, change }: FieldProps & { region: string }) {
  const options = buckets.buckets.map((one) => ({
    value: one.name,
    label: one.name,
    labelTag: one.region,
  }));
  return (
    <SpaceBetween size="m">
      <FormField label={words.whichBucket} description={words.whichBucketAbout}>
        <RadioGroup
          value={draft.newBucket ? 'new' : 'old'}
          items={[
            { value: 'new', label: words.newBucket, description: words.newBucketAbout },
            { value: 'old', label: words.oldBucket, description: words.oldBucketAbout },
          ]}
          onChange={({ detail }) => change({ newBucket: detail.value === 'new', bucket: '' })}
        />
      </FormField>
      <Field
        of="bucket_name"
        label={words.bucket}
        constraintText={draft.newBucket ? words.bucketHint : undefined}
        secondaryControl={
          draft.newBucket ? (
            <BucketCreation draft={draft} change={change} />
          ) : (
            <BucketCheck draft={draft} region={region} />
          )
        }
      >
        {draft.newBucket || options.length === 0 ? (
          <Input
            value={draft.bucket}
            placeholder="audit-archive"
            onChange={({ detail }) => change({ bucket: detail.value.trim() })}
          />
        ) : (
          <Select
            selectedOption={draft.bucket === '' ? null : { value: draft.bucket, label: draft.bucket }}
            options={options}
            placeholder={words.bucketChoose}
            empty={words.bucketNone}
            filteringType={options.length > 10 ? 'auto' : 'none'}
            onChange={({ detail }) => change({ bucket: detail.selectedOption.value ?? '' })}
          />
        )}
      </Field>
    </SpaceBetween>
  );
}

/** What is transferred of all that is recorded, and for how long it stays. */
function Extent({ draft, change }: FieldProps) {
  if (draft.type === 'system') {
    return (
      <Checkbox
        checked={draft.withoutDataKeys}
        description={words.excludeKmsHint}
        onChange={({ detail }) => change({ withoutDataKeys: detail.checked })}
      >
        {words.excludeKms}
      </Checkbox>
    );
  }
  const lifecycles = LIFECYCLES.map((days) => ({ value: String(days), label: words.lifecycleDays(days) }));
  return (
    <FormField label={words.lifecycle} description={words.lifecycleAbout}>
      <Select
        selectedOption={lifecycles.find(({ value }) => value === String(draft.lifecycle)) ?? null}
        options={lifecycles}
        onChange={({ detail }) => change({ lifecycle: Number(detail.selectedOption.value) })}
      />
    </FormField>
  );
}

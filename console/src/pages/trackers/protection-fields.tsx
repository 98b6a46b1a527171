import Box from '@cloudscape-design/components/box';
import Input from '@cloudscape-design/components/input';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Toggle from '@cloudscape-design/components/toggle';
import type { Key } from '../../api/types.ts';
import { useConsole } from '../../console-context.ts';
import { reasonFor } from '../../denied.ts';
import { Field } from '../../fields.tsx';
import { texts } from '../../texts/index.ts';
import type { Draft, FieldProps } from './draft.ts';

const words = texts.trackers.form;

const MODES = [
  { value: 'GOVERNANCE', label: words.governance },
  { value: 'COMPLIANCE', label: words.compliance },
];

/** What proves, hides and locks trace files. */
export function ProtectionFields(props: FieldProps & { keys: Key[] }) {
  const { draft, change } = props;
  return (
    <SpaceBetween size="m">
      <Toggle
        checked={draft.verified}
        description={words.verifyHint}
        onChange={({ detail }) => change({ verified: detail.checked })}
      >
        {words.verify}
      </Toggle>
      {draft.type === 'system' && (
        <Toggle
          checked={draft.encrypted}
          description={words.encryptHint}
          onChange={({ detail }) => change({ encrypted: detail.checked })}
        >
          {words.encrypt}
        </Toggle>
      )}
      {draft.encrypted && (
        <Box margin={{ left: 'xxl' }}>
          <KeyField {...props} />
        </Box>
      )}
      <Toggle
        checked={draft.locked}
        description={words.lockHint}
        onChange={({ detail }) => change({ locked: detail.checked })}
      >
        {words.lock}
      </Toggle>
      {draft.locked && (
        <Box margin={{ left: 'xxl' }}>
          <LockFields {...props} />
        </Box>
      )}
    </SpaceBetween>
  );
}

function KeyField({ draft, buckets, keys, change }: FieldProps & { keys: Key[] }) {
  const { may } = useConsole();
  const options = keys.map(({ id, alias, state }) => ({
    value: id,
    label: alias,
    description: id,
    labelTag: texts.keys.states[state],
    disabled: state !== 'enabled',
  }));
  const chosen = options.find(({ value }) => value === draft.key);
  return (
    <Field
      of="kms_id"
      label={words.key}
      description={words.keyAbout}
      constraintText={buckets.encryption === 'store' ? words.keyOfStore : undefined}
    >
      {buckets.encryption === 'store' ? (
        <Input value={draft.key} onChange={({ detail }) => change({ key: detail.value.trim() })} />
      ) : (
        <Select
          selectedOption={chosen ?? (draft.key === '' ? null : { value: draft.key, label: draft.key })}
          options={options}
          placeholder={words.keyChoose}
          empty={may('kms:cmk:list') ? words.keyNone : reasonFor('kms:cmk:list')}
          onChange={({ detail }) => change({ key: detail.selectedOption.value ?? '' })}
        />
      )}
    </Field>
  );
}

function LockFields({ draft, change }: FieldProps) {
  return (
    <SpaceBetween size="s">
      <Field of="object_lock_mode" label={words.lockMode} description={words.lockModeAbout}>
        <Select
          selectedOption={MODES.find(({ value }) => value === draft.lockMode) ?? null}
          options={MODES}
          onChange={({ detail }) => change({ lockMode: detail.selectedOption.value as Draft['lockMode'] })}
        />
      </Field>
      <Field of="object_lock_days" label={words.lockDays} description={words.lockDaysAbout}>
        <Input
          type="number"
          inputMode="numeric"
          value={draft.lockDays}
          onChange={({ detail }) => change({ lockDays: detail.value })}
        />
      </Field>
    </SpaceBetween>
  );
}

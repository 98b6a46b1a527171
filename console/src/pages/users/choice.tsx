import FormField from '@cloudscape-design/components/form-field';
import Multiselect from '@cloudscape-design/components/multiselect';
import { useState } from 'react';
import type { Api } from '../../api/client.ts';
import { useConsole } from '../../console-context.ts';
import { Question } from '../../question.tsx';
import { texts } from '../../texts/index.ts';
import { toldOf } from '../../told.ts';
import { type Loaded, useLoad } from '../../use-load.ts';

const words = texts.people;

export interface Choosable {
  id: string;
  name: string;
  description: string;
}

/** How a select tells whether its options are there. */
export const loadedOptions = ({ value, loading, error, reload }: Loaded<unknown>) => ({
  statusType: error ? ('error' as const) : loading && !value ? ('loading' as const) : ('finished' as const),
  loadingText: texts.common.loading,
  errorText: error && toldOf(error),
  recoveryText: texts.common.retry,
  onLoadItems: () => error && reload(),
});

interface ChoiceProps {
  title: string;
  label: string;
  hint: string;
  all: (api: Api, signal: AbortSignal) => Promise<Choosable[]>;
  chosen: (api: Api, signal: AbortSignal) => Promise<{ id: string }[]>;
  add: (id: string) => Promise<unknown>;
  remove: (id: string) => Promise<unknown>;
  onClose: (changed: boolean) => void;
}

/** What belongs to one thing, out of all that could; only the difference is written. */
export function ChoiceDialog({ title, label, hint, all, chosen, add, remove, onClose }: ChoiceProps) {
  const { api } = useConsole();
  const loaded = useLoad(
    async (signal) => ({ all: await all(api, signal), chosen: await chosen(api, signal) }),
    title,
  );
  const [wanted, setWanted] = useState<readonly string[]>();
  const before = loaded.value?.chosen.map(({ id }) => id) ?? [];
  const now = wanted ?? before;
  const options = (loaded.value?.all ?? []).map(({ id, name, description }) => ({
    value: id,
    label: name,
    description,
  }));

  const work = async () => {
    for (const id of now) if (!before.includes(id)) await add(id);
    for (const id of before) if (!now.includes(id)) await remove(id);
  };
  return (
    <Question title={title} action={words.save} onClose={onClose} work={work}>
      <FormField label={label} constraintText={hint}>
        <Multiselect
          expandToViewport
          options={options}
          selectedOptions={options.filter(({ value: id }) => now.includes(id))}
          filteringType={options.length > 10 ? 'auto' : 'none'}
          placeholder={words.choose}
          empty={words.nothingToChoose}
          {...loadedOptions(loaded)}
          deselectAriaLabel={({ label: name }) => words.removeChosen(name ?? '')}
          onChange={({ detail }) =>
            setWanted(detail.selectedOptions.flatMap(({ value: id }) => (id === undefined ? [] : [id])))
          }
        />
      </FormField>
    </Question>
  );
}

import Checkbox from '@cloudscape-design/components/checkbox';
import { useConsole } from '../../console-context.ts';
import { Field } from '../../fields.tsx';
import { texts } from '../../texts/index.ts';
import { useLoad } from '../../use-load.ts';
import type { FieldProps } from './draft.ts';
import { Listed } from './listed.tsx';

const words = texts.trackers.form;
/** As far back as the list reaches. */
const EVER = 1e12;

/** Offers to bring along what is in the trace list, and tells how far that has come. */
export function AlsoListed({ draft, tracker, change }: FieldProps) {
  const { api } = useConsole();
  const { type, name } = draft;
  const { value: traces } = useLoad<number | undefined>(async (signal) => {
    // A tracker that is made now has none.
    if (!tracker) return 0;
    const range = { trace_type: type, from: EVER, to: Date.now() };
    const counts = await api.facet('tracker_name', range, signal).catch(() => undefined);
    return counts && (counts.find(({ value }) => value === name)?.count ?? 0);
  }, `${type} ${name}`);
  const before = tracker?.obs_info.bucket_name;
  if (before && draft.bucket === before) return <Listed tracker={tracker} />;
  if (traces === 0) return null;
  return (
    <Field of="also_listed">
      <Checkbox
        checked={draft.alsoListed}
        description={words.alsoListedHint(traces)}
        onChange={({ detail }) => change({ alsoListed: detail.checked })}
      >
        {words.alsoListed}
      </Checkbox>
    </Field>
  );
}

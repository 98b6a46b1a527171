import FormField from '@cloudscape-design/components/form-field';
import { useConsole } from '../../console-context.ts';
import { texts } from '../../texts/index.ts';
import { QueryHelp } from '../traces/query-bar.tsx';
import { QueryInput } from '../traces/query-input.tsx';
import { steadyRange } from '../traces/view-state.ts';
import { queryProblem, type StepProps } from './draft.ts';

const words = texts.notifications.form;
/** Values are offered of the traces that the preview shows. */
const RANGE = '7d';

/** A query that must find what is told. */
export function QueryField({ draft, change, told }: StepProps) {
  const { api } = useConsole();
  return (
    <FormField
      stretch
      label={words.query}
      info={<QueryHelp />}
      constraintText={words.queryHint}
      errorText={told && queryProblem(draft)}
    >
      <QueryInput
        api={api}
        text={draft.query}
        range={steadyRange(RANGE)}
        recent={[]}
        onText={(query) => change({ query })}
        onApply={(query) => change({ query })}
      />
    </FormField>
  );
}

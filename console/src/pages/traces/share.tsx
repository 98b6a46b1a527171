import ButtonDropdown from '@cloudscape-design/components/button-dropdown';
import { PROJECT } from '../../api/session.ts';
import { useConsole } from '../../console-context.ts';
import { texts } from '../../texts/index.ts';
import { addressOf, type View } from './view-state.ts';

const words = texts.traces.share;

interface Props {
  view: View;
  /** The instants that are shown, both exclusive. */
  range: { from: number; to: number } | undefined;
  /** Ids of the columns, by commas. */
  columns: string;
}

/** A link that shows others the same: project, times, columns and what is asked. */
export function Share({ view, range, columns }: Props) {
  const { api, notify } = useConsole();
  const relative = texts.traces.range[view.range];

  const copy = async (isAbsolute: boolean) => {
    const times = isAbsolute && range ? `${range.from + 1}-${range.to - 1}` : view.range;
    const address = addressOf({ ...view, range: times, live: false, columns });
    address.set(PROJECT, api.path.project_id);
    try {
      await navigator.clipboard.writeText(`${location.origin}/console/?${address}`);
      notify('success', words.copied);
    } catch {
      notify('error', words.failed);
    }
  };

  return (
    <ButtonDropdown
      items={[
        { id: 'absolute', text: words.absolute },
        ...(relative === undefined ? [] : [{ id: 'relative', text: words.relative(relative) }]),
      ]}
      onItemClick={({ detail }) => void copy(detail.id === 'absolute')}
    >
      {words.copy}
    </ButtonDropdown>
  );
}

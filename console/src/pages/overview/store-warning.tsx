import Alert from '@cloudscape-design/components/alert';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { TraceStore } from '../../api/types.ts';
import { texts } from '../../texts/index.ts';

const words = texts.traceStore;

/** Tells whoever looks after the installation that the trace list is not whole, and what is done about it. */
export function StoreWarning({ store }: { store: TraceStore }) {
  const { problem, missing, unavailable, refilling } = store;
  return (
    <Alert type={refilling ? 'info' : 'warning'} header={refilling ? words.refilling : words.warning}>
      <SpaceBetween size="xxs">
        {missing > 0 && <div>{words.missing(missing)}</div>}
        {refilling && <div>{words.progress(refilling.files_done, refilling.files)}</div>}
        {unavailable > 0 && !refilling && <div>{words.unavailable(unavailable)}</div>}
        {missing === 0 && <div>{problem}</div>}
        <div>{words.more}</div>
      </SpaceBetween>
    </Alert>
  );
}

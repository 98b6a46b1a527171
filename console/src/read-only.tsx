import Alert from '@cloudscape-design/components/alert';
import { useConsole } from './console-context.ts';
import { reasonFor } from './denied.ts';
import { texts } from './texts/index.ts';

/** Above a form, for whoever may not save it: said before anything is typed. @param action that saves it */
export function ReadOnly({ action }: { action: string }) {
  const { may } = useConsole();
  if (may(action)) return null;
  return (
    <Alert type="info" header={texts.common.readOnly}>
      {reasonFor(action)}
    </Alert>
  );
}

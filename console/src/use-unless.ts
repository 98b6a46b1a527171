import { useConsole } from './console-context.ts';
import { rolesOf } from './denied.ts';
import { texts } from './texts/index.ts';

/** Of a button, or an item of a menu. */
interface Offered {
  disabled?: true;
  disabledReason?: string;
}

/** What is offered of an action: everything, unless the service would refuse it; then why. */
export function useUnless(): (action: string) => Offered {
  const { actions } = useConsole();
  return (action) =>
    actions === undefined || actions.has(action)
      ? {}
      : { disabled: true, disabledReason: texts.common.deniedText(rolesOf(action)) };
}

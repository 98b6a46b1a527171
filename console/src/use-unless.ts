import { useConsole } from './console-context.ts';
import { reasonFor } from './denied.ts';

/** Of a button, or an item of a menu. */
export interface Offered {
  disabled?: true;
  disabledReason?: string;
}

/** What is offered of an action: everything, unless the service would refuse it; then why. */
export function useUnless(): (action: string) => Offered {
  const { may } = useConsole();
  return (action) => (may(action) ? {} : { disabled: true, disabledReason: reasonFor(action) });
}

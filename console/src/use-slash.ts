import { useEffect } from 'react';

/** `/` leads to a field, from wherever nothing is typed. @param selector finds the field */
export function useSlash(selector: string): void {
  useEffect(() => {
    const jump = (event: KeyboardEvent) => {
      const { key, target, ctrlKey, metaKey, altKey } = event;
      if (key !== '/' || ctrlKey || metaKey || altKey) return;
      if (
        target instanceof Element &&
        target.closest('input:not([type=checkbox]), textarea, select, [role=dialog]')
      )
        return;
      const field = document.querySelector<HTMLElement>(selector);
      if (!field) return;
      event.preventDefault();
      field.focus();
    };
    addEventListener('keydown', jump);
    return () => removeEventListener('keydown', jump);
  }, [selector]);
}

import { useEffect } from 'react';

const FIELDS = '#content input[type=search], #content .search-pair input';
const TYPED_IN = 'input:not([type=checkbox], [type=radio]), textarea, select, [role=dialog]';

/** `/` leads to the search or filter of any page, from wherever nothing is typed. */
export function useSlash(): void {
  useEffect(() => {
    const jump = (event: KeyboardEvent) => {
      const { key, target, ctrlKey, metaKey, altKey } = event;
      if (key !== '/' || ctrlKey || metaKey || altKey) return;
      if (target instanceof Element && target.closest(TYPED_IN)) return;
      const field = [...document.querySelectorAll<HTMLElement>(FIELDS)].find((one) => one.checkVisibility());
      if (!field) return;
      event.preventDefault();
      field.focus();
    };
    addEventListener('keydown', jump);
    return () => removeEventListener('keydown', jump);
  }, []);
}

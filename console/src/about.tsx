import Button from '@cloudscape-design/components/button';
import Popover from '@cloudscape-design/components/popover';
import type { ReactNode } from 'react';
import { texts } from './texts/index.ts';

/** What something means, behind a small sign beside its name. */
export function About({ term, children }: { term: string; children: ReactNode }) {
  return (
    <Popover triggerType="custom" dismissAriaLabel={texts.common.close} content={children} renderWithPortal>
      <Button
        variant="inline-icon"
        formAction="none"
        iconName="status-info"
        ariaLabel={texts.common.about(term)}
      />
    </Popover>
  );
}

/** A term that explains itself when it is pressed. */
export function Explained({ text, children }: { text: string | undefined; children: string }) {
  if (text === undefined) return children;
  return (
    <Popover triggerType="text" dismissAriaLabel={texts.common.close} content={text} renderWithPortal>
      {children}
    </Popover>
  );
}

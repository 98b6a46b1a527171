import Alert, { type AlertProps } from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Modal from '@cloudscape-design/components/modal';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { type FormEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { FieldsProvider, useRefusals } from './fields.tsx';
import { texts } from './texts/index.ts';

interface DialogProps {
  title: string;
  action: string;
  /** Rejects with what is told in the dialog. */
  work: () => Promise<void>;
  onClose: (changed: boolean) => void;
  children: ReactNode;
}

/** Asks before something is done, and tells in place what went wrong. */
export function Question({ title, action, work, onClose, children }: DialogProps) {
  const id = useId();
  const [busy, setBusy] = useState(false);
  const { form, attach, fields, problem, refuse, clear } = useRefusals();
  const alert = useRef<AlertProps.Ref>(null);
  // After the dialog has looked for what it can focus: that would be the button that closes it.
  useEffect(() => form?.querySelector<HTMLElement>('input, textarea, button')?.focus(), [form]);
  // In a long dialog it may stand out of sight.
  useEffect(() => {
    if (problem !== '') alert.current?.focus();
  }, [problem]);
  const confirm = async (event: FormEvent) => {
    event.preventDefault();
    // What is around the dialog may be a form, too.
    event.stopPropagation();
    if (busy) return;
    setBusy(true);
    clear();
    try {
      await work();
      onClose(true);
    } catch (cause) {
      refuse(cause);
      setBusy(false);
    }
  };
  return (
    <Modal
      visible
      header={title}
      closeAriaLabel={texts.common.close}
      onDismiss={() => onClose(false)}
      footer={
        <div className="dialog-actions">
          <Button variant="link" formAction="none" onClick={() => onClose(false)}>
            {texts.common.cancel}
          </Button>
          <Button variant="primary" form={id} loading={busy}>
            {action}
          </Button>
        </div>
      }
    >
      <form id={id} ref={attach} onSubmit={(event) => void confirm(event)}>
        <SpaceBetween size="m">
          {problem !== '' && (
            <Alert ref={alert} type="error">
              {problem}
            </Alert>
          )}
          <FieldsProvider value={fields}>
            {typeof children === 'string' ? (
              <Box>{children}</Box>
            ) : (
              <SpaceBetween size="m">{children}</SpaceBetween>
            )}
          </FieldsProvider>
        </SpaceBetween>
      </form>
    </Modal>
  );
}

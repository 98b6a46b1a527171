import Alert, { type AlertProps } from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Modal from '@cloudscape-design/components/modal';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { useConsole } from './console-context.ts';
import { texts } from './texts/index.ts';
import { asApiError } from './use-load.ts';

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
  const { onExpired } = useConsole();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState('');
  const alert = useRef<AlertProps.Ref>(null);
  // In a long dialog it may stand out of sight.
  useEffect(() => {
    if (problem !== '') alert.current?.focus();
  }, [problem]);
  const confirm = async () => {
    setBusy(true);
    setProblem('');
    try {
      await work();
      onClose(true);
    } catch (cause) {
      const error = asApiError(cause);
      if (error.status === 401) onExpired();
      else setProblem(error.message);
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
          <Button variant="link" onClick={() => onClose(false)}>
            {texts.common.cancel}
          </Button>
          <Button variant="primary" loading={busy} onClick={() => void confirm()}>
            {action}
          </Button>
        </div>
      }
    >
      <SpaceBetween size="m">
        {problem !== '' && (
          <Alert ref={alert} type="error">
            {problem}
          </Alert>
        )}
        {typeof children === 'string' ? <Box>{children}</Box> : children}
      </SpaceBetween>
    </Modal>
  );
}

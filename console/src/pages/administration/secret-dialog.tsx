import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import CopyToClipboard from '@cloudscape-design/components/copy-to-clipboard';
import FormField from '@cloudscape-design/components/form-field';
import Modal from '@cloudscape-design/components/modal';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { ReactNode } from 'react';
import { texts } from '../../texts/index.ts';
import '../guide/guide.css';

const words = texts.administration;

interface Props {
  title: string;
  onClose: () => void;
  actions?: ReactNode;
  children: ReactNode;
}

/** Shows what the service tells this once. */
export function SecretDialog({ title, onClose, actions, children }: Props) {
  return (
    <Modal
      visible
      header={title}
      // Nothing but the button closes it: the secret would be lost.
      className="without-dismissal"
      footer={
        <div className="dialog-actions">
          {actions}
          <Button variant="primary" onClick={onClose}>
            {words.kept}
          </Button>
        </div>
      }
    >
      <SpaceBetween size="m">
        <Alert type="warning">{words.once}</Alert>
        {children}
      </SpaceBetween>
    </Modal>
  );
}

/** A text to be copied whole. */
export function Copied({ label, description, text }: { label: string; description: string; text: string }) {
  return (
    <FormField
      label={label}
      description={description}
      secondaryControl={
        <CopyToClipboard
          copyButtonText={texts.common.copy}
          copyButtonAriaLabel={`${texts.common.copy}: ${label}`}
          copySuccessText={texts.common.copied}
          copyErrorText={texts.common.failed}
          textToCopy={text}
        />
      }
    >
      <pre className="json key command-text">{text}</pre>
    </FormField>
  );
}

import { useState } from 'react';

interface Dialogs<Dialog> {
  dialog: Dialog | undefined;
  open: (dialog: Dialog) => void;
  close: (changed: boolean) => void;
}

/** The dialog that is open, if any. What it has changed is loaded anew. */
export function useDialog<Dialog>(reload: () => void): Dialogs<Dialog> {
  const [dialog, setDialog] = useState<Dialog>();
  const close = (changed: boolean) => {
    setDialog(undefined);
    if (changed) reload();
  };
  return { dialog, open: setDialog, close };
}

import { Modal } from '@mantine/core';
import { type ReactNode, useEffect, useState } from 'react';
import type { CallError } from '../api/call-error.ts';
import { Button } from './button.tsx';
import { ErrorNote } from './note.tsx';

type DialogProps = { title: string; wide?: boolean; onClose: () => void; children: ReactNode };

/** Something to decide before the page goes on. */
export function Dialog({ title, wide = false, onClose, children }: DialogProps) {
  // The owner ends the dialog by not rendering it any more; then the focus goes back to where it was.
  const [before] = useState(() => document.activeElement);
  useEffect(
    () => () => {
      if (before instanceof HTMLElement) before.focus();
    },
    [before],
  );
  return (
    <Modal opened onClose={onClose} title={title} size={wide ? 'lg' : 'md'} withCloseButton={false}>
      {children}
    </Modal>
  );
}

type ConfirmProps = {
  title: string;
  children: ReactNode;
  /** What the button says and does. */
  action: string;
  look?: 'primary' | 'danger';
  busy?: boolean;
  /** Nothing to do yet, or nothing that can be done. */
  disabled?: boolean;
  /** Room for a list. */
  wide?: boolean;
  /** Why it could not be done; said inside, because what lies behind a dialog is out of reach. */
  error?: CallError | undefined;
  onConfirm: () => void;
  onClose: () => void;
};

/** Asks before something that cannot be undone. */
export function Confirm({
  title,
  children,
  action,
  look = 'danger',
  busy = false,
  disabled = false,
  wide = false,
  error,
  onConfirm,
  onClose,
}: ConfirmProps) {
  return (
    <Dialog title={title} wide={wide} onClose={onClose}>
      <div className="dialog-text">{children}</div>
      {error && <ErrorNote error={error} />}
      <div className="buttons buttons-end">
        <Button onClick={onClose}>Cancel</Button>
        <Button look={look} busy={busy} disabled={disabled} onClick={onConfirm}>
          {action}
        </Button>
      </div>
    </Dialog>
  );
}

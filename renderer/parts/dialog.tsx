import { type ReactNode, useId, useLayoutEffect, useRef } from 'react';
import type { CallError } from '../api/call-error.ts';
import { Button } from './button.tsx';
import { ErrorNote } from './note.tsx';

type DialogProps = { title: string; wide?: boolean; onClose: () => void; children: ReactNode };

/** Something to decide before the page goes on; the browser's own modal dialog keeps the focus inside. */
export function Dialog({ title, wide = false, onClose, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  // A layout effect ends while the dialog still stands in the page: only then closing it gives the focus back.
  useLayoutEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => element?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      className={wide ? 'dialog dialog-wide' : 'dialog'}
      aria-labelledby={heading}
      onCancel={(event) => {
        // The owner decides when the dialog goes; it goes by not being rendered any more.
        event.preventDefault();
        onClose();
      }}
    >
      <h2 id={heading}>{title}</h2>
      {children}
    </dialog>
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

import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react';
import { toCallError } from '../api/call-error.ts';
import { Button } from './button.tsx';
import { Icon } from './icon.tsx';
import { explain } from './wording.ts';

type Toast = { readonly id: number; readonly tone: 'ok' | 'bad'; readonly text: string };
type Say = {
  /** A short confirmation that goes away by itself. */
  done(text: string): void;
  /** What went wrong; stays until it is closed. */
  failed(error: unknown): void;
};

const SayContext = createContext<Say | null>(null);
const shownMs = 4000;
const kept = 3;

/** Holds the messages at the lower edge and lets everything below speak. */
export function Toasts({ children }: { children: ReactNode }) {
  const [toasts, setToasts] = useState<readonly Toast[]>([]);
  const say = useMemo<Say>(() => {
    let last = 0;
    const add = (tone: Toast['tone'], text: string) => {
      last += 1;
      const toast = { id: last, tone, text };
      setToasts((shown) => [...shown.filter((other) => other.text !== text), toast].slice(-kept));
    };
    return {
      done: (text) => add('ok', text),
      failed: (error) => add('bad', explain(toCallError(error))),
    };
  }, []);
  const close = (id: number) => setToasts((shown) => shown.filter((toast) => toast.id !== id));

  return (
    <SayContext value={say}>
      {children}
      <section className="toasts" aria-label="Messages" aria-live="polite">
        {toasts.map((toast) => (
          <ToastView key={toast.id} toast={toast} close={() => close(toast.id)} />
        ))}
      </section>
    </SayContext>
  );
}

/** The way to say something to the user. Throws outside of Toasts. */
export function useSay(): Say {
  const say = useContext(SayContext);
  if (!say) throw new Error('useSay needs Toasts above');
  return say;
}

function ToastView({ toast, close }: { toast: Toast; close: () => void }) {
  // biome-ignore lint/correctness/useExhaustiveDependencies: the time runs once per message
  useEffect(() => {
    if (toast.tone === 'bad') return;
    const id = setTimeout(close, shownMs);
    return () => clearTimeout(id);
  }, [toast]);
  return (
    <div className={`toast toast-${toast.tone}`} role={toast.tone === 'bad' ? 'alert' : undefined}>
      <Icon name={toast.tone === 'ok' ? 'check' : 'alert'} />
      <span className="toast-text">{toast.text}</span>
      <Button look="quiet" small icon="close" label="Close message" onClick={close} />
    </div>
  );
}

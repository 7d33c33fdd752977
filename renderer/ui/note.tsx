import type { ReactNode } from 'react';
import type { Problem } from '../../shared/index.ts';
import { Button } from './button.tsx';
import { Icon, type IconName } from './icon.tsx';
import { explain } from './wording.ts';

const icons: Record<string, IconName> = {
  bad: 'alert',
  warn: 'alert',
  busy: 'info',
  idle: 'info',
  ok: 'check',
};

/** A remark inside a page. */
export function Note({
  tone,
  children,
}: {
  tone: 'bad' | 'warn' | 'busy' | 'idle' | 'ok';
  children: ReactNode;
}) {
  return (
    <div className={`note tone-${tone}`}>
      <Icon name={icons[tone] ?? 'info'} />
      <div className="note-text">{children}</div>
    </div>
  );
}

type ErrorLike = { code: string; message: string; details?: readonly Problem[] | undefined };

/** An error with all its problems, and a way to try again where that makes sense. */
export function ErrorNote({ error, retry }: { error: ErrorLike; retry?: () => void }) {
  const details = error.details ?? [];
  return (
    <div className="note tone-bad" role="alert">
      <Icon name="alert" />
      <div className="note-text">
        {details.length > 1 ? <ProblemList problems={details} /> : <p>{explain(error)}</p>}
        <p className="note-code">{error.code}</p>
      </div>
      {retry && (
        <Button small icon="retry" onClick={retry}>
          Try again
        </Button>
      )}
    </div>
  );
}

/** Mistakes of an input, one a line, each with its place. */
export function ProblemList({ problems }: { problems: readonly Problem[] }) {
  return (
    <ul className="problems">
      {problems.map((problem) => (
        <li key={`${problem.field} ${problem.message}`}>
          {problem.field && <code>{problem.field}</code>} {problem.message}
        </li>
      ))}
    </ul>
  );
}

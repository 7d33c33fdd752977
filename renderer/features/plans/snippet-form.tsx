import { type ReactNode, useEffect, useState } from 'react';
import type { Problem } from '../../../shared/index.ts';
import { useAction } from '../../api/use-action.ts';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/field.tsx';
import { ErrorNote } from '../../ui/note.tsx';
import { firstProblems } from '../../ui/problems.ts';
import { useSay } from '../../ui/toasts.tsx';
import { useFirstMistake } from '../../ui/use-first-mistake.ts';

type SnippetFormProps<T> = {
  kind: 'text' | 'group';
  /** Of what is changed; undefined for a new one. */
  known: string | undefined;
  /** What a new one is called. */
  title: string;
  /** Who names it by its id. */
  namedBy: string;
  /** The engine replaces what has the same id, so one that is taken is refused here. */
  taken: readonly string[];
  read(id: string): { ok: true; value: T } | { ok: false; problems: readonly Problem[] };
  store(value: T): Promise<unknown>;
  done(): void;
  /** The fields besides the id, with the first mistake of each. */
  children(mistakes: Record<string, string>): ReactNode;
};

/** Adds or changes something that is named by an id: what named texts and groups of hashtags have in common. */
export function SnippetForm<T>(props: SnippetFormProps<T>) {
  const { kind, known, title, namedBy, taken, read, store, done, children } = props;
  const say = useSay();
  const saving = useAction();
  const { form, look } = useFirstMistake();
  const [id, setId] = useState(known ?? '');
  const [tried, setTried] = useState(false);
  useEffect(() => form.current?.querySelector<HTMLElement>('input, textarea')?.focus(), [form]);

  const checked = read(id);
  const isTaken = known === undefined && taken.includes(id);
  const mistakes = tried ? firstProblems(checked) : {};
  const save = () =>
    saving.run(async () => {
      setTried(true);
      if (!checked.ok || isTaken) return look();
      await store(checked.value);
      say.done(`${id} was saved.`);
      done();
    });
  return (
    <form
      ref={form}
      className="card form snippet-form"
      aria-label={known === undefined ? title : `Edit the ${kind} ${known}`}
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      {known === undefined && (
        <Field
          label="Id"
          error={isTaken ? `Another ${kind} has this id.` : mistakes['id']}
          hint={`${namedBy} name the ${kind} by it: small letters, digits, _ and -`}
        >
          {(ids) => (
            <input
              type="text"
              {...ids}
              value={id}
              spellCheck={false}
              onChange={(event) => setId(event.target.value)}
            />
          )}
        </Field>
      )}
      {children(mistakes)}
      {saving.error && <ErrorNote error={saving.error} />}
      <div className="buttons">
        <Button submit look="primary" busy={saving.busy}>
          Save {kind}
        </Button>
        <Button onClick={done}>Cancel</Button>
      </div>
    </form>
  );
}

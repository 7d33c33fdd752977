import { useEffect, useState } from 'react';
import { check, type Snippets, type TextSnippet, textSnippetSchema } from '../../../shared/index.ts';
import { useApi } from '../../api/context.tsx';
import { useAction } from '../../api/use-action.ts';
import { Button } from '../../parts/button.tsx';
import { Field } from '../../parts/field.tsx';
import { ErrorNote } from '../../parts/note.tsx';
import { firstProblems } from '../../parts/problems.ts';
import { useSay } from '../../parts/toasts.tsx';
import { useFirstMistake } from '../../parts/use-first-mistake.ts';
import { TextPreview } from './text-preview.tsx';

type FormProps = { text?: TextSnippet; snippets: Snippets; done: () => void };

/** Adds or changes a named text, with a preview filled with sample values. */
export function TextForm({ text, snippets, done }: FormProps) {
  const api = useApi();
  const say = useSay();
  const saving = useAction();
  const { form, look } = useFirstMistake();
  const [id, setId] = useState(text?.id ?? '');
  const [words, setWords] = useState(text?.text ?? '');
  const [tried, setTried] = useState(false);
  useEffect(() => form.current?.querySelector<HTMLElement>('input, textarea')?.focus(), [form]);

  const checked = check(textSnippetSchema, { id, text: words });
  const isTaken = !text && snippets.texts.some((other) => other.id === id);
  const mistakes = tried ? firstProblems(checked) : {};
  const save = () =>
    saving.run(async () => {
      setTried(true);
      if (!checked.ok || isTaken) return look();
      await api.call('snippets.set', { texts: [checked.value] });
      say.done(`${id} was saved.`);
      done();
    });
  return (
    <form
      ref={form}
      className="card form snippet-form"
      aria-label={text ? `Edit the text ${text.id}` : 'New text'}
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      {!text && (
        <Field
          label="Id"
          error={isTaken ? 'Another text has this id.' : mistakes['id']}
          hint="Posts name the text by it: small letters, digits, _ and -"
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
      <Field
        label={text ? text.id : 'Text'}
        error={mistakes['text']}
        hint={
          <>
            <code>{'{title}'}</code> takes a value, <code>{'{hashtags:news}'}</code> a group of hashtags;{' '}
            <code>{'{{'}</code> is a brace.
          </>
        }
      >
        {(ids) => (
          <textarea {...ids} rows={5} value={words} onChange={(event) => setWords(event.target.value)} />
        )}
      </Field>
      <TextPreview text={words} hashtags={snippets.hashtags} />
      {saving.error && <ErrorNote error={saving.error} />}
      <div className="buttons">
        <Button submit look="primary" busy={saving.busy}>
          Save text
        </Button>
        <Button onClick={done}>Cancel</Button>
      </div>
    </form>
  );
}

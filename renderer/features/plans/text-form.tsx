import { useState } from 'react';
import { check, type Snippets, type TextSnippet, textSnippetSchema } from '../../../shared/index.ts';
import { useApi } from '../../api/context.tsx';
import { Field } from '../../ui/field.tsx';
import { SnippetForm } from './snippet-form.tsx';
import { TextPreview } from './text-preview.tsx';

type FormProps = { text?: TextSnippet; snippets: Snippets; done: () => void };

/** Adds or changes a named text, with a preview filled with sample values. */
export function TextForm({ text, snippets, done }: FormProps) {
  const api = useApi();
  const [words, setWords] = useState(text?.text ?? '');
  return (
    <SnippetForm
      kind="text"
      known={text?.id}
      title="New text"
      namedBy="Posts"
      taken={snippets.texts.map(({ id }) => id)}
      read={(id) => check(textSnippetSchema, { id, text: words })}
      store={(value) => api.call('snippets.set', { texts: [value] })}
      done={done}
    >
      {(mistakes) => (
        <>
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
        </>
      )}
    </SnippetForm>
  );
}

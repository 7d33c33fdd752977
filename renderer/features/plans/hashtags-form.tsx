import { useState } from 'react';
import { check, type HashtagGroup, hashtagGroupSchema } from '../../../shared/index.ts';
import { useApi } from '../../api/context.tsx';
import { Field } from '../../ui/field.tsx';
import { tagsOf, tagsText } from './snippet-draft.ts';
import { SnippetForm } from './snippet-form.tsx';

type FormProps = { group?: HashtagGroup; taken?: readonly string[]; done: () => void };

/** Adds or changes a group of hashtags. */
export function HashtagsForm({ group, taken = [], done }: FormProps) {
  const api = useApi();
  const [tags, setTags] = useState(tagsText(group?.tags ?? []));
  return (
    <SnippetForm
      kind="group"
      known={group?.id}
      title="New group of hashtags"
      namedBy="Texts"
      taken={taken}
      read={(id) => check(hashtagGroupSchema, { id, tags: tagsOf(tags) })}
      store={(value) => api.call('snippets.set', { hashtags: [value] })}
      done={done}
    >
      {(mistakes) => (
        <Field
          label={group ? group.id : 'Hashtags'}
          error={mistakes['tags']}
          hint="Apart by spaces or commas, with or without #"
        >
          {(ids) => (
            <textarea
              {...ids}
              rows={2}
              value={tags}
              spellCheck={false}
              onChange={(event) => setTags(event.target.value)}
            />
          )}
        </Field>
      )}
    </SnippetForm>
  );
}

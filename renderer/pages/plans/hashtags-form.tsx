import { useEffect, useState } from 'react';
import { check, type HashtagGroup, hashtagGroupSchema } from '../../../shared/index.ts';
import { useApi } from '../../api/context.tsx';
import { useAction } from '../../api/use-action.ts';
import { Button } from '../../parts/button.tsx';
import { Field } from '../../parts/field.tsx';
import { ErrorNote } from '../../parts/note.tsx';
import { firstProblems } from '../../parts/problems.ts';
import { useSay } from '../../parts/toasts.tsx';
import { useFirstMistake } from '../../parts/use-first-mistake.ts';
import { tagsOf, tagsText } from './snippet-draft.ts';

/** Adds or changes a group of hashtags; an id that is taken is replaced by the engine, so it is refused here. */
export function HashtagsForm({
  group,
  taken = [],
  done,
}: {
  group?: HashtagGroup;
  taken?: readonly string[];
  done: () => void;
}) {
  const api = useApi();
  const say = useSay();
  const saving = useAction();
  const { form, look } = useFirstMistake();
  const [id, setId] = useState(group?.id ?? '');
  const [tags, setTags] = useState(tagsText(group?.tags ?? []));
  const [tried, setTried] = useState(false);
  useEffect(() => form.current?.querySelector<HTMLElement>('input, textarea')?.focus(), [form]);

  const checked = check(hashtagGroupSchema, { id, tags: tagsOf(tags) });
  const isTaken = !group && taken.includes(id);
  const mistakes = tried ? firstProblems(checked) : {};
  const save = () =>
    saving.run(async () => {
      setTried(true);
      if (!checked.ok || isTaken) return look();
      await api.call('snippets.set', { hashtags: [checked.value] });
      say.done(`${id} was saved.`);
      done();
    });
  return (
    <form
      ref={form}
      className="card form snippet-form"
      aria-label={group ? `Edit the group ${group.id}` : 'New group of hashtags'}
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      {!group && (
        <Field
          label="Id"
          error={isTaken ? 'Another group has this id.' : mistakes['id']}
          hint="Texts name the group by it: small letters, digits, _ and -"
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
      {saving.error && <ErrorNote error={saving.error} />}
      <div className="buttons">
        <Button submit look="primary" busy={saving.busy}>
          Save group
        </Button>
        <Button onClick={done}>Cancel</Button>
      </div>
    </form>
  );
}

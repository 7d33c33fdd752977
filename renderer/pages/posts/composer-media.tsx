import { Button } from '../../parts/button.tsx';
import { Field } from '../../parts/field.tsx';
import type { DraftMedia } from './composer-draft.ts';

type MediaProps = {
  media: readonly DraftMedia[];
  error: string | undefined;
  onChange: (media: readonly DraftMedia[]) => void;
};

const most = 20;

/** The files of a post by their paths on the computer that Belfry runs on, each with its description. */
export function ComposerMedia({ media, error, onChange }: MediaProps) {
  const change = (key: number, part: Partial<DraftMedia>) =>
    onChange(media.map((file) => (file.key === key ? { ...file, ...part } : file)));
  const add = () =>
    onChange([...media, { key: Math.max(0, ...media.map((file) => file.key)) + 1, path: '', alt: '' }]);
  return (
    <fieldset className="field composer-media">
      <legend>Media</legend>
      {media.map((file, index) => (
        <div key={file.key} className="composer-file">
          <Field label={`File ${index + 1}`} hint="Path on the computer that Belfry runs on">
            {(ids) => (
              <input
                type="text"
                {...ids}
                value={file.path}
                spellCheck={false}
                onChange={(event) => change(file.key, { path: event.target.value })}
              />
            )}
          </Field>
          <Field label={`Description of file ${index + 1}`} hint="For people who cannot see it">
            {(ids) => (
              <textarea
                {...ids}
                rows={2}
                value={file.alt}
                onChange={(event) => change(file.key, { alt: event.target.value })}
              />
            )}
          </Field>
          <Button
            icon="trash"
            label={`Remove file ${index + 1}`}
            onClick={() => onChange(media.filter((other) => other.key !== file.key))}
          />
        </div>
      ))}
      {error && <p className="field-error">{error}</p>}
      {media.length < most && (
        <div>
          <Button small icon="image" onClick={add}>
            Add file
          </Button>
        </div>
      )}
    </fieldset>
  );
}

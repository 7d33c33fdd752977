import { Button } from '../../ui/button.tsx';
import { Field, Remarks } from '../../ui/field.tsx';
import { Icon } from '../../ui/icon.tsx';
import type { DraftMedia } from './composer-draft.ts';
import { ComposerFocus } from './composer-focus.tsx';

type FileProps = {
  file: DraftMedia;
  /** Such as `file 1` or `file 1 of part 2`. */
  name: string;
  error?: readonly string[] | undefined;
  advice?: readonly string[] | undefined;
  /** On its description. */
  altError?: readonly string[] | undefined;
  altAdvice?: readonly string[] | undefined;
  details: boolean;
  onChange: (part: Partial<DraftMedia>) => void;
  onRaise: (() => void) | undefined;
  onRemove: () => void;
};

/** One file: where it is, what it shows in words, and what must stay in sight when it is cropped. */
export function ComposerFile(props: FileProps) {
  const { file, name, error, advice, altError, altAdvice, details, onChange, onRaise, onRemove } = props;
  const { focus = null, url = '' } = file;
  const title = `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`;
  return (
    <div className="composer-file">
      {!file.name ? (
        <Field label={title} error={error} advice={advice} hint="Path on the computer that Belfry runs on">
          {(ids) => (
            <input
              type="text"
              {...ids}
              value={file.path}
              spellCheck={false}
              onChange={(event) => onChange({ path: event.target.value })}
            />
          )}
        </Field>
      ) : (
        <div className="field">
          <p className="field-name">{title}</p>
          <p className="composer-file-name">
            <Icon name="image" /> {file.name}
          </p>
          <Remarks errors={error} advice={advice} />
        </div>
      )}
      <Field
        label={`Description of ${name}`}
        error={altError}
        advice={altAdvice}
        hint="For people who cannot see it"
      >
        {(ids) => (
          <textarea
            {...ids}
            rows={2}
            value={file.alt}
            onChange={(event) => onChange({ alt: event.target.value })}
          />
        )}
      </Field>
      <div className="composer-file-foot">
        {details && (
          <details className="more-fields" open={focus !== null || url !== '' || undefined}>
            <summary>Focus and address of {name}</summary>
            <div className="form">
              <ComposerFocus name={name} focus={focus} onChange={(point) => onChange({ focus: point })} />
              <Field
                label={`Public address of ${name}`}
                hint="Where the same file stands on the internet, for networks that fetch it themselves"
              >
                {(ids) => (
                  <input
                    type="text"
                    {...ids}
                    value={url}
                    placeholder="https://"
                    spellCheck={false}
                    onChange={(event) => onChange({ url: event.target.value })}
                  />
                )}
              </Field>
            </div>
          </details>
        )}
        <div className="buttons">
          {onRaise && <Button small look="quiet" icon="up" label={`Move ${name} up`} onClick={onRaise} />}
          <Button small look="quiet" icon="trash" label={`Remove ${name}`} onClick={onRemove} />
        </div>
      </div>
    </div>
  );
}

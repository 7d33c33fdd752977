import { useApi } from '../../api/context.tsx';
import { Button } from '../../ui/button.tsx';
import { Remarks } from '../../ui/field.tsx';
import { useSay } from '../../ui/toasts.tsx';
import type { DraftMedia } from './composer-draft.ts';
import { ComposerFile } from './composer-file.tsx';

type Said = readonly string[] | undefined;
type MediaProps = {
  media: readonly DraftMedia[];
  onChange: (media: readonly DraftMedia[]) => void;
  /** Remarks on the files as a whole. */
  error?: string | Said;
  advice?: Said;
  /** Remarks on one of them. */
  remarksAt?: (index: number) => { error: Said; advice: Said; altError: Said; altAdvice: Said };
  /** ` of part 2` where there are several lists. */
  about?: string;
  /** Also asks for focus and public address. */
  details?: boolean;
};

const most = 20;

/** Files of a post, in the order in which they are shown. */
export function ComposerMedia(props: MediaProps) {
  const { media, onChange, error = [], advice, remarksAt, about = '', details = false } = props;
  const change = (key: number, part: Partial<DraftMedia>) =>
    onChange(media.map((file) => (file.key === key ? { ...file, ...part } : file)));
  const api = useApi();
  const say = useSay();
  const add = (...paths: string[]) => {
    const last = Math.max(0, ...media.map((file) => file.key));
    const files = paths.map((path, index) => ({ key: last + 1 + index, path, alt: '' }));
    onChange([...media, ...files].slice(0, most));
  };
  /** The desktop asks for files; a browser cannot name a path of the engine's machine, so it is typed. */
  const choose = () => {
    if (api.link.host !== 'desktop') add('');
    else
      api
        .call('shell.pickFiles', {})
        .then(({ paths }) => add(...paths))
        .catch((error: unknown) => say.failed(error));
  };
  return (
    <fieldset className="field composer-media">
      <legend className={media.length === 0 ? 'visually-hidden' : undefined}>Media{about}</legend>
      {media.map((file, index) => (
        <ComposerFile
          key={file.key}
          file={file}
          name={`file ${index + 1}${about}`}
          details={details}
          {...remarksAt?.(index)}
          onChange={(part) => change(file.key, part)}
          onRaise={index === 0 ? undefined : () => onChange(raised(media, index))}
          onRemove={() => onChange(media.filter((other) => other.key !== file.key))}
        />
      ))}
      <Remarks errors={typeof error === 'string' ? [error] : error} advice={advice} />
      {media.length < most && (
        <div>
          <Button small icon="image" label={`Add file${about.replace(' of', ' to')}`} onClick={choose}>
            Add file
          </Button>
        </div>
      )}
    </fieldset>
  );
}

function raised<T>(list: readonly T[], index: number): T[] {
  return list.map(
    (item, at) => (at === index ? list[index - 1] : at === index - 1 ? list[index] : item) ?? item,
  );
}

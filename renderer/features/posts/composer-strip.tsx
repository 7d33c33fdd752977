import { ActionIcon, Menu, Progress, Text, UnstyledButton } from '@mantine/core';
import { FileSymlink, ImagePlus, X } from 'lucide-react';
import { useRef, useState } from 'react';
import { useApi } from '../../api/context.tsx';
import { Remarks } from '../../ui/field.tsx';
import { useSay } from '../../ui/toasts.tsx';
import { explain } from '../../ui/wording.ts';
import { addedTo, mostFiles } from './composer-changes.ts';
import type { DraftMedia } from './composer-draft.ts';
import { FileDialog } from './composer-file.tsx';
import type { Said } from './composer-notes.ts';
import classes from './composer-strip.module.css';
import { ComposerTile } from './composer-tile.tsx';
import type { Upload, Uploads } from './composer-uploads.ts';

type StripProps = {
  media: readonly DraftMedia[];
  onChange: (media: readonly DraftMedia[]) => void;
  uploads: Uploads;
  /** Which list of files this is to `uploads`. */
  list: number;
  /** Remarks on the files as a whole. */
  error?: string | Said;
  advice?: Said;
  /** Remarks on one of them. */
  remarksAt?: (index: number) => { error: Said; advice: Said; altError: Said; altAdvice: Said };
  /** ` of part 2` where there are several lists. */
  about?: string;
};

/** Files of a post as pictures in their order: moved by drag or button, described and focused in a dialog. */
export function ComposerStrip(props: StripProps) {
  const { media, onChange, uploads, list, error = [], advice, remarksAt, about = '' } = props;
  const [opened, setOpened] = useState<number | null>(null);
  const [dragged, setDragged] = useState<number | null>(null);
  const own = uploads.all.filter((upload) => upload.list === list);
  const shown = media.findIndex(({ key }) => key === opened);
  const name = (index: number) => `file ${index + 1}${about}`;
  const move = (from: number, to: number) => onChange(moved(media, from, to));
  const remove = (key: number) => onChange(media.filter((file) => file.key !== key));
  const close = () => {
    setOpened(null);
    const file = media[shown];
    if (file && file.path.trim() === '') remove(file.key);
  };
  const addByPath = () => {
    const added = addedTo(media, [{ path: '' }]);
    onChange(added);
    setOpened(added.at(-1)?.key ?? null);
  };
  const file = media[shown];
  const remarks = media.map((_, index) => remarksAt?.(index));
  return (
    <fieldset className={classes['strip']}>
      <legend className="visually-hidden">Media{about}</legend>
      <div className={classes['tiles']}>
        {media.map((file, index) => (
          <ComposerTile
            key={file.key}
            file={file}
            name={name(index)}
            index={index}
            count={media.length}
            bad={(remarks[index]?.error ?? remarks[index]?.altError) !== undefined}
            isDragged={dragged === index}
            onOpen={() => setOpened(file.key)}
            onMove={(to) => move(index, to)}
            onRemove={() => remove(file.key)}
            onDrag={setDragged}
            onDropHere={() => {
              if (dragged !== null && dragged !== index) move(dragged, index);
              setDragged(null);
            }}
          />
        ))}
        {own.map((upload) => (
          <UploadTile key={upload.id} upload={upload} onDrop={() => uploads.drop(upload.id)} />
        ))}
        {media.length < mostFiles && (
          <AddTile
            about={about}
            small={media.length + own.length > 0}
            onFiles={(files) => uploads.take(list, files)}
            onPaths={(paths) =>
              onChange(
                addedTo(
                  media,
                  paths.map((path) => ({ path })),
                ),
              )
            }
            onByPath={addByPath}
          />
        )}
      </div>
      {remarks.map(
        (said, index) =>
          said && (
            <Remarks
              // biome-ignore lint/suspicious/noArrayIndexKey: remarks name files by their place
              key={index}
              errors={[...(said.error ?? []), ...(said.altError ?? [])].map((text) => of(name(index), text))}
              advice={[...(said.advice ?? []), ...(said.altAdvice ?? [])].map((text) =>
                of(name(index), text),
              )}
            />
          ),
      )}
      <Remarks errors={typeof error === 'string' ? [error] : error} advice={advice} />
      {file && (
        <FileDialog
          file={file}
          name={name(shown)}
          remarks={remarks[shown]}
          onChange={(part) =>
            onChange(media.map((one) => (one.key === file.key ? { ...one, ...part } : one)))
          }
          onClose={close}
        />
      )}
    </fieldset>
  );
}

/** `This has 90 MiB` of the second file: `File 2 has 90 MiB`. */
function of(name: string, text: string): string {
  const title = `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`;
  return text.startsWith('This ') ? `${title} ${text.slice(5)}` : `${title}: ${text}`;
}

function UploadTile({ upload, onDrop }: { upload: Upload; onDrop: () => void }) {
  const { name, sent, total, error } = upload;
  const share = total === 0 ? 0 : Math.round((100 * sent) / total);
  return (
    <div className={classes['upload']} data-failed={error !== undefined || undefined}>
      <Text size="xs" lineClamp={error ? 4 : 2} {...(error ? { role: 'alert', c: 'red' } : {})}>
        {error ? explain(error) : name}
      </Text>
      {!error && <Progress value={share} aria-label={`Upload of ${name}`} size="sm" />}
      <ActionIcon
        className={classes['corner'] ?? ''}
        size="sm"
        aria-label={error ? `Dismiss ${name}` : `Cancel upload of ${name}`}
        onClick={onDrop}
      >
        <X size={14} />
      </ActionIcon>
    </div>
  );
}

type AddProps = {
  about: string;
  small: boolean;
  onFiles: (files: readonly File[]) => void;
  onPaths: (paths: readonly string[]) => void;
  onByPath: () => void;
};

/** The way to add files: on the desktop the system's own dialog, in a browser its upload. */
function AddTile({ about, small, onFiles, onPaths, onByPath }: AddProps) {
  const api = useApi();
  const say = useSay();
  const input = useRef<HTMLInputElement>(null);
  const choose = () => {
    if (api.link.host !== 'desktop') input.current?.click();
    else
      api
        .call('shell.pickFiles', {})
        .then(({ paths }) => onPaths(paths))
        .catch((error: unknown) => say.failed(error));
  };
  return (
    <div className={classes['add']} data-small={small || undefined}>
      <UnstyledButton
        className={classes['choose'] ?? ''}
        aria-label={`Add files${about.replace(' of', ' to')}`}
        onClick={choose}
      >
        <ImagePlus size={18} aria-hidden="true" />
        <span>Drop, paste or choose files</span>
      </UnstyledButton>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        accept="image/*,video/*,audio/*"
        aria-label={`Files to upload${about.replace(' of', ' to')}`}
        onChange={(event) => {
          onFiles([...(event.target.files ?? [])]);
          event.target.value = '';
        }}
      />
      <Menu>
        <Menu.Target>
          <ActionIcon
            className={classes['more'] ?? ''}
            variant="subtle"
            color="gray"
            size="sm"
            aria-label={`Other ways to add a file${about.replace(' of', ' to')}`}
          >
            …
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<FileSymlink size={14} />} onClick={onByPath}>
            Enter a path
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </div>
  );
}

function moved<T>(list: readonly T[], from: number, to: number): T[] {
  const left = list.filter((_, at) => at !== from);
  return [...left.slice(0, to), ...list.slice(from, from + 1), ...left.slice(to)];
}

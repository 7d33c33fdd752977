import { useLayoutEffect, useRef } from 'react';
import { addedTo } from './composer-changes.ts';
import type { DraftMedia } from './composer-draft.ts';
import type { Said } from './composer-notes.ts';
import { ComposerStrip } from './composer-strip.tsx';
import { pastedFiles, useUploads } from './composer-uploads.ts';

type MediaProps = {
  media: readonly DraftMedia[];
  onChange: (media: readonly DraftMedia[]) => void;
  /** Remarks on the files as a whole. */
  error?: string | Said;
};

/** Files of a form with one list of them, which takes what is dropped on it. */
export function ComposerMedia({ media, onChange, error }: MediaProps) {
  // Several files may arrive before the next drawing.
  const latest = useRef(media);
  useLayoutEffect(() => {
    latest.current = media;
  });
  const uploads = useUploads((_, file) => {
    latest.current = addedTo(latest.current, [file]);
    onChange(latest.current);
  });
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the button inside does the same from the keyboard
    <div
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        uploads.take(0, [...event.dataTransfer.files]);
      }}
      onPaste={(event) => uploads.take(0, pastedFiles(event.clipboardData))}
    >
      <ComposerStrip media={media} onChange={onChange} error={error} uploads={uploads} list={0} />
    </div>
  );
}

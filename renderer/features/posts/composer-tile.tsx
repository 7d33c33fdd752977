import { ActionIcon, UnstyledButton } from '@mantine/core';
import { ChevronLeft, ChevronRight, X } from 'lucide-react';
import { MediaThumbnail } from '../../ui/media-thumbnail.tsx';
import type { DraftMedia } from './composer-draft.ts';
import classes from './composer-strip.module.css';

type TileProps = {
  file: DraftMedia;
  /** Such as `file 1` or `file 1 of part 2`. */
  name: string;
  index: number;
  count: number;
  /** Something is wrong with it. */
  bad: boolean;
  isDragged: boolean;
  onOpen: () => void;
  onMove: (to: number) => void;
  onRemove: () => void;
  onDrag: (index: number | null) => void;
  onDropHere: () => void;
};

/** One file as a picture: where its focus is, whether it is described, and the way to change that. */
export function ComposerTile(props: TileProps) {
  const { file, name, index, count, bad, isDragged, onOpen, onMove, onRemove, onDrag, onDropHere } = props;
  const { focus = null, alt, path } = file;
  const title = `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`;
  const isDescribed = alt.trim() !== '';
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for fields, and these are buttons
    <div
      role="group"
      aria-label={title}
      className={classes['tile']}
      data-bad={bad || undefined}
      data-dragged={isDragged || undefined}
      draggable
      onDragStart={(event) => {
        event.dataTransfer.effectAllowed = 'move';
        event.dataTransfer.setData('text/plain', file.name ?? path);
        onDrag(index);
      }}
      onDragEnd={() => onDrag(null)}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        if (event.dataTransfer.files.length > 0) return;
        event.preventDefault();
        onDropHere();
      }}
    >
      <UnstyledButton className={classes['picture'] ?? ''} aria-label={`Edit ${name}`} onClick={onOpen}>
        {path.trim() === '' ? (
          <span className={classes['empty']} />
        ) : (
          <MediaThumbnail path={path.trim()} alt="" width={320} aspect="4 / 3" focus={focus} />
        )}
        {focus !== null && <span className={classes['focus']} style={placeOf(focus)} aria-hidden="true" />}
      </UnstyledButton>
      <UnstyledButton
        className={classes['alt'] ?? ''}
        data-missing={!isDescribed || undefined}
        aria-label={isDescribed ? `Change description of ${name}` : `Add description of ${name}`}
        onClick={onOpen}
      >
        {isDescribed ? 'ALT ✓' : 'Add ALT'}
      </UnstyledButton>
      <span className={classes['tools']}>
        {count > 1 && (
          <>
            <ActionIcon
              size="sm"
              aria-label={`Move ${name} left`}
              disabled={index === 0}
              onClick={() => onMove(index - 1)}
            >
              <ChevronLeft size={14} />
            </ActionIcon>
            <ActionIcon
              size="sm"
              aria-label={`Move ${name} right`}
              disabled={index === count - 1}
              onClick={() => onMove(index + 1)}
            >
              <ChevronRight size={14} />
            </ActionIcon>
          </>
        )}
        <ActionIcon size="sm" aria-label={`Remove ${name}`} onClick={onRemove}>
          <X size={14} />
        </ActionIcon>
      </span>
    </div>
  );
}

/** Where a focus stands on its picture; networks count upwards from the middle. */
export function placeOf([x, y]: readonly [number, number]): { left: string; top: string } {
  return { left: `${50 + 50 * x}%`, top: `${50 - 50 * y}%` };
}

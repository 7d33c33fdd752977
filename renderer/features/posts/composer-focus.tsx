import { Button, Text, UnstyledButton } from '@mantine/core';
import type { KeyboardEvent } from 'react';
import { MediaThumbnail } from '../../ui/media-thumbnail.tsx';
import classes from './composer-strip.module.css';
import { placeOf } from './composer-tile.tsx';

type Focus = readonly [number, number];
type FocusProps = {
  path: string;
  name: string;
  focus: Focus | null;
  onChange: (focus: Focus | null) => void;
};

const step = 0.1;
const moves: Readonly<Record<string, Focus>> = {
  ArrowLeft: [-step, 0],
  ArrowRight: [step, 0],
  ArrowUp: [0, step],
  ArrowDown: [0, -step],
};

/** The point of a picture that stays in sight when a network crops it, chosen on the picture or by the arrow keys. */
export function ComposerFocus({ path, name, focus, onChange }: FocusProps) {
  const [x, y] = focus ?? [0, 0];
  const onKeyDown = (event: KeyboardEvent) => {
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    onChange([held(x + move[0]), held(y + move[1])]);
  };
  return (
    <div className={classes['focusing']}>
      <UnstyledButton
        className={classes['frame'] ?? ''}
        aria-label={`Focus of ${name}, ${Math.round(50 + 50 * x)} % from the left, ${Math.round(50 - 50 * y)} % from the top; arrow keys move it`}
        onKeyDown={onKeyDown}
        onClick={(event) => {
          // A click that comes from the keyboard has no place.
          if (event.detail > 0) onChange(pointOf(event.currentTarget.getBoundingClientRect(), event));
        }}
      >
        {path === '' ? (
          <span className={classes['empty']} />
        ) : (
          <MediaThumbnail path={path} alt="" width={1280} aspect="auto" fit="contain" />
        )}
        <span className={classes['focus']} data-quiet={focus === null || undefined} style={placeOf([x, y])} />
      </UnstyledButton>
      <Text size="xs" c="dimmed">
        Click on what must stay in sight when the picture is cropped.
      </Text>
      {focus !== null && (
        <Button size="compact-xs" variant="subtle" onClick={() => onChange(null)}>
          Back to the middle
        </Button>
      )}
    </div>
  );
}

type Place = { clientX: number; clientY: number };

function pointOf(box: DOMRect, { clientX, clientY }: Place): Focus {
  return [held((2 * (clientX - box.left)) / box.width - 1), held(1 - (2 * (clientY - box.top)) / box.height)];
}

function held(value: number): number {
  return Math.round(Math.min(1, Math.max(-1, value)) * 100) / 100 || 0;
}

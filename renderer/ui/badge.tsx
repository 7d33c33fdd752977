import { Badge as MantineBadge } from '@mantine/core';
import { Icon, type IconName } from './icon.tsx';
import type { Tone, Word } from './wording.ts';

const icons: Record<Tone, IconName> = {
  ok: 'check',
  bad: 'close',
  warn: 'alert',
  busy: 'clock',
  idle: 'dash',
};

/** A status as icon and word: never by colour alone. `live` adds the moving dot of work under way. */
export function Badge({ word, live = false, icon }: { word: Word; live?: boolean; icon?: IconName }) {
  return (
    <MantineBadge
      className={`badge tone-${word.tone}`}
      variant="transparent"
      size="md"
      leftSection={
        live ? (
          <span className="pulse" aria-hidden="true" />
        ) : (
          <Icon name={icon ?? icons[word.tone]} size={12} />
        )
      }
    >
      {word.text}
    </MantineBadge>
  );
}

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

const colors: Record<Tone, string> = { ok: 'green', bad: 'red', warn: 'yellow', busy: 'brand', idle: 'gray' };

/** A status as icon and word: never by colour alone. `live` adds the moving dot of work under way. */
export function Badge({ word, live = false, icon }: { word: Word; live?: boolean; icon?: IconName }) {
  return (
    <MantineBadge
      color={colors[word.tone]}
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

import type { Occurrence, SeriesView } from '../../../shared/index.ts';
import { targetWords, type Word } from '../../ui/wording.ts';

export const seriesWords: Record<SeriesView['status'], Word> = {
  active: { text: 'Active', tone: 'ok' },
  paused: { text: 'Paused', tone: 'idle' },
  ended: { text: 'Ended', tone: 'idle' },
};

const stateWords: Record<Occurrence['state'], Word> = {
  planned: { text: 'Planned', tone: 'idle' },
  made: { text: 'Made', tone: 'busy' },
  edited: { text: 'Edited', tone: 'busy' },
  skipped: { text: 'Left out', tone: 'idle' },
};

/** How one post of a series stands: as its post does where there is one that was not edited. */
export function occurrenceWord({ state, post }: Occurrence): Word {
  if (state === 'skipped') return stateWords.skipped;
  if (state === 'edited') return stateWords.edited;
  return post ? targetWords[post.status] : stateWords[state];
}

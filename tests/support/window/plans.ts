import type { Handlers } from '../../../electron/api/index.ts';
import {
  BelfryError,
  fillText,
  type QueueView,
  type SeriesDetails,
  type SeriesInput,
  type Snippets,
} from '../../../shared/index.ts';

/** Series, queues and named texts that only remember. */
export function planHandlers(told: (name: 'series.changed' | 'settings.changed') => void) {
  const series = new Map<string, SeriesDetails>();
  const queues = new Map<string, QueueView>();
  let snippets: Snippets = { texts: [], hashtags: [] };
  const putSeries = (details: SeriesDetails) => {
    series.set(details.view.id, details);
    told('series.changed');
    return details.view;
  };
  const seriesOf = (id: string) => found(series.get(id), 'series', id);
  const withStatus = (id: string, status: 'active' | 'paused') => {
    const details = seriesOf(id);
    return putSeries({ ...details, view: { ...details.view, status } });
  };
  return {
    'series.list': async () => [...series.values()].map(({ view }) => view),
    'series.get': async ({ id }) => seriesOf(id),
    'series.add': async (input) => putSeries(detailsOf(`series-${series.size + 1}`, input.series)),
    'series.set': async (input) => putSeries(detailsOf(seriesOf(input.id).view.id, input.series)),
    'series.pause': async ({ id }) => withStatus(id, 'paused'),
    'series.resume': async ({ id }) => withStatus(id, 'active'),
    'series.remove': async ({ id }) => {
      seriesOf(id);
      series.delete(id);
      told('series.changed');
      return {};
    },
    'series.skip': async ({ id, at, skipped }) => {
      const details = seriesOf(id);
      const occurrences = details.occurrences.map((one) =>
        one.at === at ? { ...one, state: skipped ? ('skipped' as const) : ('planned' as const) } : one,
      );
      putSeries({ ...details, occurrences });
      return seriesOf(id);
    },

    'queue.list': async ({ account }) =>
      account === undefined ? [...queues.values()] : [found(queues.get(account), 'queue', account)],
    'queue.set': async ({ account, timezone, slots }) => {
      queues.delete(account);
      const view = { account, known: true, timezone: timezone ?? 'America/New_York', slots, upcoming: [] };
      if (slots.length > 0) queues.set(account, view);
      told('settings.changed');
      return slots.length > 0 ? [view] : [];
    },
    'queue.move': async ({ account }) => found(queues.get(account), 'queue', account),
    'queue.shuffle': async ({ account }) => found(queues.get(account), 'queue', account),

    'snippets.list': async () => snippets,
    'snippets.set': async ({ texts, hashtags }) => {
      const without = <T extends { id: string }>(kept: T[], given: T[]) =>
        kept.filter((one) => !given.some(({ id }) => id === one.id)).concat(given);
      snippets = {
        texts: without(snippets.texts, texts),
        hashtags: without(snippets.hashtags, hashtags),
      };
      told('settings.changed');
      return snippets;
    },
    'snippets.remove': async ({ kind, id }) => {
      const { texts, hashtags } = snippets;
      snippets =
        kind === 'text'
          ? { texts: texts.filter((one) => one.id !== id), hashtags }
          : { texts, hashtags: hashtags.filter((one) => one.id !== id) };
      told('settings.changed');
      return {};
    },
    'snippets.fill': async ({ template, text, values }) => {
      const named = text ?? snippets.texts.find(({ id }) => id === template)?.text;
      const { hashtags } = snippets;
      return { text: fillText(found(named, 'text', template ?? ''), { values, hashtags }).text };
    },
  } satisfies Partial<Handlers>;
}

function detailsOf(id: string, input: SeriesInput): SeriesDetails {
  const at = '2026-11-30T09:00:00.000Z';
  return {
    series: input,
    view: {
      id,
      name: input.name,
      status: 'active',
      schedule: `Every ${input.rule.every} ${input.rule.unit}`,
      timezone: input.timezone ?? 'America/New_York',
      accounts: input.post.accounts,
      next: at,
      past: 0,
      problem: null,
    },
    occurrences: [{ at, state: 'planned', post: null }],
    gaps: [],
  };
}

function found<T>(thing: T | undefined, what: string, id: string): T {
  if (thing !== undefined) return thing;
  throw new BelfryError({
    code: 'NOT_FOUND',
    what: `Unknown ${what} "${id}"`,
    where: 'in memory',
    why: 'It does not exist or was removed',
    remedy: 'Go back to the list',
  });
}

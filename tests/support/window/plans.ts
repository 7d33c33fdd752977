import type { Handlers } from '../../../electron/api/index.ts';
import { BelfryError, fillText, type SeriesDetails, type SeriesInput } from '../../../shared/index.ts';
import type { World } from './world.ts';

/** Series, queues and named texts that only remember. */
export function planHandlers(
  world: Pick<World, 'series' | 'queues' | 'snippets'>,
  told: (name: 'series.changed' | 'settings.changed' | 'posts.changed') => void,
) {
  const { series, queues } = world;
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
      const view = {
        account,
        known: true,
        timezone: timezone ?? 'America/New_York',
        slots,
        upcoming: [],
        later: 0,
      };
      if (slots.length > 0) queues.set(account, view);
      told('settings.changed');
      return slots.length > 0 ? [view] : [];
    },
    'queue.move': async ({ account, post, to }) => {
      const queue = found(queues.get(account), 'queue', account);
      const places = queue.upcoming.flatMap((entry, at) => (entry.slot && entry.post ? [at] : []));
      const posts = places.map((at) => queue.upcoming[at]?.post ?? null);
      const from = posts.findIndex((one) => one?.id === post);
      const [moved = null] = posts.splice(from, 1);
      posts.splice({ top: 0, bottom: posts.length, up: Math.max(0, from - 1), down: from + 1 }[to], 0, moved);
      const upcoming = queue.upcoming.map((entry, at) =>
        places.includes(at) ? { ...entry, post: posts[places.indexOf(at)] ?? null } : entry,
      );
      const view = { ...queue, upcoming };
      queues.set(account, view);
      told('posts.changed');
      return view;
    },
    'queue.shuffle': async ({ account }) => found(queues.get(account), 'queue', account),

    'snippets.list': async () => world.snippets,
    'snippets.set': async ({ texts, hashtags }) => {
      const without = <T extends { id: string }>(kept: T[], given: T[]) =>
        kept.filter((one) => !given.some(({ id }) => id === one.id)).concat(given);
      world.snippets = {
        texts: without(world.snippets.texts, texts),
        hashtags: without(world.snippets.hashtags, hashtags),
      };
      told('settings.changed');
      return world.snippets;
    },
    'snippets.remove': async ({ kind, id }) => {
      const { texts, hashtags } = world.snippets;
      world.snippets =
        kind === 'text'
          ? { texts: texts.filter((one) => one.id !== id), hashtags }
          : { texts, hashtags: hashtags.filter((one) => one.id !== id) };
      told('settings.changed');
      return {};
    },
    'snippets.fill': async ({ template, text, values }) => {
      const named = text ?? world.snippets.texts.find(({ id }) => id === template)?.text;
      const { hashtags } = world.snippets;
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

import {
  type BelfryError,
  type Config,
  type ConfigInput,
  fillText,
  fromInstant,
  problemsError,
  toInstant,
  unknownId,
} from '../../../shared/index.ts';
import { type ApiDeps, type Handlers, requireFound } from './deps.ts';

/** Calls about posts. */
export function postHandlers({ posts, plans }: Pick<ApiDeps, 'posts' | 'plans'>) {
  return {
    'posts.list': (query) => posts.list(inMillis(query)),
    'posts.page': (query) => posts.page(inMillis(query)),
    'posts.count': (query) => posts.count(query),
    'posts.get': async ({ id }) => requireFound(await posts.get(id), 'post', id, 'belfry posts'),
    'posts.add': ({ post, source, allowDuplicates }) =>
      plans.add(post, { source, repeats: allowDuplicates ? 'allow' : 'refuse' }),
    'posts.addAll': ({ posts: given, source, dryRun, allowDuplicates }) =>
      posts.addAll(given, { source, dryRun, repeats: allowDuplicates ? 'allow' : 'refuse' }),
    'posts.check': ({ post, id }) => posts.check(post, id),
    'posts.set': ({ id, post }) => posts.edit(id, post),
    'posts.move': ({ id, publishAt, past }) =>
      posts.move(id, publishAt === null ? null : fromInstant(publishAt), past),
    'posts.history': async ({ id }) => {
      requireFound(await posts.get(id), 'post', id, 'belfry posts');
      return (await posts.history(id)).map((line) => ({ ...line, at: toInstant(line.at) }));
    },
    'posts.cancel': ({ id }) => posts.cancel(id),
    'posts.retry': ({ id }) => posts.retry(id),
    'posts.publish': ({ id }) => posts.publish(id),
    'posts.cancelAll': (many) => posts.cancelAll(many),
    'posts.retryAll': (many) => posts.retryAll(many),
    'posts.moveAll': (many) => posts.moveAll(many),
    'posts.settle': (input) => posts.settle(input),
  } satisfies Partial<Handlers>;
}

function inMillis<Q extends { from?: string | undefined; to?: string | undefined }>({
  from,
  to,
  ...query
}: Q) {
  return {
    ...query,
    from: from === undefined ? undefined : fromInstant(from),
    to: to === undefined ? undefined : fromInstant(to),
  };
}

const slotsShown = 20;

/** Calls about series, weekly slots and named texts; the latter two are edits of config.json. */
export function planHandlers(deps: ApiDeps) {
  const { plans, config } = deps;
  const { series, queues } = plans;
  const queueOf = async (account: string) => {
    const [queue] = await queues.list(slotsShown, account);
    if (queue) return queue;
    throw unknownId('queue', account, { where: 'in config.json', remedy: 'List them with: belfry queue' });
  };
  return {
    'series.list': () => series.list(),
    'series.get': ({ id }) => series.get(id),
    'series.add': (input) => series.add(input.series),
    'series.set': (input) => series.set(input.id, input.series),
    'series.pause': ({ id }) => series.pause(id),
    'series.resume': ({ id }) => series.resume(id),
    'series.remove': async ({ id, posts }) => {
      await series.remove(id, posts);
      return {};
    },
    'series.skip': ({ id, at, skipped }) => series.skip(id, fromInstant(at), skipped),

    'queue.list': ({ account, limit }) => queues.list(limit, account),
    'queue.set': async ({ account, timezone, slots }) => {
      const { accounts, queues: kept } = config.current();
      const isKnown =
        accounts.some(({ id }) => id === account) || kept.some((queue) => queue.account === account);
      if (!isKnown)
        throw unknownId('account', account, {
          known: accounts.map(({ id }) => id),
          where: 'in config.json',
          remedy: 'List them with: belfry accounts',
        });
      await config.change((raw): ConfigInput => {
        const others = (raw.queues ?? []).filter((queue) => queue.account !== account);
        const mine = timezone === null ? { account, slots } : { account, timezone, slots };
        return { ...raw, queues: slots.length === 0 ? others : [...others, mine] };
      });
      return slots.length === 0 ? [] : queues.list(slotsShown, account);
    },
    'queue.move': async (input) => {
      await queues.move(input);
      return queueOf(input.account);
    },
    'queue.shuffle': async ({ account }) => {
      await queues.shuffle(account);
      return queueOf(account);
    },

    'snippets.list': async () => snippetsOf(config.current()),
    'snippets.set': async ({ texts, hashtags }) =>
      snippetsOf(
        await config.change(
          (raw): ConfigInput => ({
            ...raw,
            texts: mergedById(raw.texts ?? [], texts),
            hashtags: mergedById(raw.hashtags ?? [], hashtags),
          }),
        ),
      ),
    'snippets.remove': async ({ kind, id }) => {
      const list = kind === 'text' ? 'texts' : 'hashtags';
      if (!config.current()[list].some((one) => one.id === id))
        throw unknownSnippet(kind === 'text' ? 'text' : 'group of hashtags', id, config.current()[list]);
      await config.change((raw): ConfigInput => {
        const { texts = [], hashtags = [] } = raw;
        return kind === 'text'
          ? { ...raw, texts: texts.filter((one) => one.id !== id) }
          : { ...raw, hashtags: hashtags.filter((one) => one.id !== id) };
      });
      return {};
    },
    'snippets.fill': async ({ template, text, values }) => {
      const { texts, hashtags } = config.current();
      const named = texts.find(({ id }) => id === template)?.text ?? text;
      if (named === undefined) throw unknownSnippet('text', template ?? '', texts);
      const filled = fillText(named, { values, hashtags }, 'values');
      if (filled.problems.length > 0) throw problemsError(filled.problems, 'the text');
      return { text: filled.text };
    },
  } satisfies Partial<Handlers>;
}

function snippetsOf({ texts, hashtags }: Config) {
  return { texts, hashtags };
}

/** Those of `kept` that are not replaced where they stand, then the new ones. */
function mergedById<T extends { id: string }>(kept: readonly T[], given: readonly T[]): T[] {
  const byId = new Map(given.map((one) => [one.id, one]));
  const isNew = ({ id }: T) => !kept.some((one) => one.id === id);
  return [...kept.map((one) => byId.get(one.id) ?? one), ...[...byId.values()].filter(isNew)];
}

function unknownSnippet(kind: string, id: string, all: readonly { id: string }[]): BelfryError {
  const known = all.map((one) => one.id);
  return unknownId(kind, id, { known, where: 'in config.json', remedy: 'List them with: belfry snippets' });
}

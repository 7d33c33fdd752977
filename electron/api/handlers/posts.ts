import { fromInstant, toInstant } from '../../../shared/index.ts';
import type { Handlers } from '../dispatch.ts';
import type { ApiNeeds } from '../ports.ts';
import { found } from './found.ts';

/** Calls about posts. */
export function postHandlers({ posts, plans }: Pick<ApiNeeds, 'posts' | 'plans'>) {
  return {
    'posts.list': (query) => posts.list(inMillis(query)),
    'posts.page': (query) => posts.page(inMillis(query)),
    'posts.count': (query) => posts.count(query),
    'posts.get': async ({ id }) => found(await posts.get(id), 'post', id, 'belfry posts'),
    'posts.add': ({ post, source, allowDuplicates }) =>
      plans.add(post, { source, repeats: allowDuplicates ? 'allow' : 'refuse' }),
    'posts.addAll': ({ posts: given, source, dryRun, allowDuplicates }) =>
      posts.addAll(given, { source, dryRun, repeats: allowDuplicates ? 'allow' : 'refuse' }),
    'posts.check': ({ post, id }) => posts.check(post, id),
    'posts.set': ({ id, post }) => posts.edit(id, post),
    'posts.move': ({ id, publishAt, past }) =>
      posts.move(id, publishAt === null ? null : fromInstant(publishAt), past),
    'posts.history': async ({ id }) => {
      found(await posts.get(id), 'post', id, 'belfry posts');
      return (await posts.history(id)).map((line) => ({ ...line, at: toInstant(line.at) }));
    },
    'posts.cancel': ({ id }) => posts.cancel(id),
    'posts.retry': ({ id }) => posts.retry(id),
    'posts.publish': ({ id }) => posts.publishNow(id),
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

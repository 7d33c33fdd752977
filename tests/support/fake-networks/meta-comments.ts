import type { Reply } from './faults.ts';
import type { Handled } from './mastodon.ts';
import { metaProblem, metaTime } from './meta.ts';
import type { Asked } from './request.ts';
import type { VisiblePost, World } from './world.ts';

/** Comments on a post, the same on Instagram and Pages but for the names of their fields; undefined for another address. */
export function commentRoute(
  world: World,
  asked: Asked,
  [post = '', edge]: readonly string[],
  names: { text: string; time: string },
): { route: Handled['route']; effect: () => Reply } | undefined {
  const own = edge === undefined && asked.method === 'GET' ? commentOf(world, post) : undefined;
  if (own) return { route: 'shown', effect: () => ({ status: 200, body: shown(own, names.text) }) };
  if (edge !== 'comments') return undefined;
  if (asked.method === 'POST') return { route: 'post', effect: () => comment(world, asked, post) };
  return { route: 'list', effect: () => list(world, post, names) };
}

function comment(world: World, { fields }: Asked, postId: string): Reply {
  const post = world.visible.find(({ id, replyTo }) => id === postId && replyTo === null);
  if (!post) return metaProblem(400, 100, 33, 'Unsupported post request');
  const text = String(fields['message'] ?? '');
  if (text === '') return metaProblem(400, 100, undefined, 'A message is required');
  const id = `${postId}_${world.nextId()}`;
  const kept = world.model.drops.includes('comment') ? '' : text;
  world.visible.push({ ...post, id, text: kept, media: [], replyTo: postId, at: world.now(), key: null });
  return { status: 200, body: { id } };
}

function commentOf({ visible }: World, id: string): VisiblePost | undefined {
  return visible.find((one) => one.id === id && one.replyTo !== null);
}

/** As the Graph API writes a comment: without the fields that are empty. */
function shown({ id, text }: VisiblePost, name: string) {
  return { id, ...(text === '' ? {} : { [name]: text }) };
}

function list(world: World, postId: string, { text, time }: { text: string; time: string }): Reply {
  const comments = world.visible.filter(
    ({ replyTo, at }) => replyTo === postId && world.now() - at >= world.listLagMs,
  );
  const data = comments.map((one) => ({
    id: one.id,
    [text]: one.text,
    [time]: metaTime(world.stamp(one.at)),
  }));
  return { status: 200, body: { data } };
}

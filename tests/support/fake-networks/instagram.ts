import type { Reply } from './faults.ts';
import type { Handled } from './mastodon.ts';
import { graphPath, metaProblem, metaTime, refuseStranger } from './meta.ts';
import { commentRoute } from './meta-comments.ts';
import { containerRefused, filmRefused } from './meta-refusals.ts';
import type { Asked } from './request.ts';
import type { FakeDraft, World } from './world.ts';

/** Instagram's publishing API (networks.md §3): containers, and one call that publishes one. */
export function instagramRoutes(world: World, asked: Asked, origin: string): Handled | undefined {
  const path = graphPath(asked) ?? [];
  const [first = '', second] = path;
  const guard = (route: Handled['route'], effect: () => Reply): Handled => ({
    route,
    effect: () => refuseStranger(world, asked) ?? effect(),
  });
  const filled = /^\/ig-api-upload\/[^/]+\/([^/]+)$/.exec(asked.path)?.[1];
  if (filled !== undefined) return { route: 'upload', effect: () => takeFilm(world, asked, filled) };
  if (first === '') return undefined;
  const comment = commentRoute(world, asked, path, { text: 'text', time: 'timestamp' });
  if (comment) return guard(comment.route, comment.effect);
  if (asked.method === 'POST' && second === 'media')
    return guard('upload', () => createContainer(world, asked, origin));
  if (asked.method === 'POST' && second === 'media_publish')
    return guard('post', () => publish(world, asked, first));
  if (second === 'media')
    return guard('list', () => listMedia(world, first, Number(asked.query.get('limit') ?? 25), false));
  if (second === 'stories') return guard('list', () => listMedia(world, first, 25, true));
  if (second === 'content_publishing_limit')
    return guard('account', () => ({
      status: 200,
      body: {
        data: [
          {
            quota_usage: usedToday(world),
            config: { quota_total: world.dailyQuota, quota_duration: 86_400 },
          },
        ],
      },
    }));
  if (second !== undefined) return undefined;
  if (world.drafts.has(first)) return guard('container', () => lookAtContainer(world, first));
  return guard('shown', () => lookAtMedia(world, asked, first));
}

function usedToday(world: World): number {
  return world.visible.filter(({ at }) => world.now() - at < 86_400_000).length;
}

/** The bytes of a film whose container was made for them. */
function takeFilm(world: World, { headers, rawBytes, raw }: Asked, id: string): Reply {
  const draft = world.drafts.get(id);
  if (!draft || !/^OAuth /.test(headers.authorization ?? '') || rawBytes !== Number(headers['file_size']))
    return {
      status: 400,
      body: { debug_info: { retriable: false, type: 'ProcessingFailedError', message: 'No' } },
    };
  const unfit = filmRefused(world.model, raw);
  draft.state = unfit === undefined ? world.containerState : 'ERROR';
  if (unfit !== undefined) draft.why = unfit;
  draft.media = [`${rawBytes} bytes`];
  return { status: 200, body: { success: true, message: 'Upload successful.' } };
}

function createContainer(world: World, { fields }: Asked, origin: string): Reply {
  const unfit = containerRefused(world.model, fields);
  if (unfit) return unfit;
  const resumable = fields['upload_type'] === 'resumable';
  const children = typeof fields['children'] === 'string' ? fields['children'].split(',') : [];
  const address = fields['image_url'] ?? fields['video_url'];
  if (fields['media_type'] === 'CAROUSEL') {
    if (children.length < 2 || children.length > 10)
      return metaProblem(400, 100, 2207028, 'Carousels need 2 to 10 children');
    if (children.some((id) => world.drafts.get(id)?.state !== 'FINISHED'))
      return metaProblem(400, 9007, 2207027, 'Media ID is not available');
  } else if (!resumable && (typeof address !== 'string' || !address.startsWith('https://')))
    return metaProblem(400, 9004, 2207052, 'The media could not be fetched from this URI');
  const id = `c${world.nextMediaId()}`;
  const media = children.length > 0 ? children : [String(address)];
  world.drafts.set(id, {
    id,
    text: String(fields['caption'] ?? ''),
    media,
    state: resumable ? 'IN_PROGRESS' : world.containerState,
    post: null,
    at: world.now(),
    film: fields['image_url'] === undefined,
    alt: String(fields['alt_text'] ?? ''),
    ...(fields['media_type'] === undefined ? {} : { kind: String(fields['media_type']) }),
  });
  return { status: 200, body: resumable ? { id, uri: `${origin}/ig-api-upload/v25.0/${id}` } : { id } };
}

function lookAtContainer(world: World, id: string): Reply {
  const found = world.drafts.get(id);
  const state = found && stateOf(world, found);
  return { status: 200, body: { id, status_code: state, status: `${state}: ${found?.why ?? 'fake'}` } };
}

/** A container lives for a day (networks.md §3.2). */
function stateOf(world: World, { state, at }: FakeDraft): FakeDraft['state'] {
  const isOld = at !== undefined && world.now() - at > 86_400_000;
  return isOld && state !== 'PUBLISHED' && state !== 'ERROR' ? 'EXPIRED' : state;
}

function publish(world: World, { fields }: Asked, account: string): Reply {
  const container = world.drafts.get(String(fields['creation_id']));
  if (!container) return metaProblem(400, 24, 2207006, 'The media with this id cannot be found');
  if (usedToday(world) >= world.dailyQuota)
    return metaProblem(400, 9, 2_207_042, 'The account has published as often as it may today');
  const state = stateOf(world, container);
  if (state === 'IN_PROGRESS') return metaProblem(400, 9007, 2207027, 'Media ID is not available');
  if (state === 'ERROR' || state === 'EXPIRED') return metaProblem(400, -2, 2207020, 'The media has expired');
  return { status: 200, body: { id: makeVisible(world, container, account) } };
}

function makeVisible(world: World, container: FakeDraft, account: string): string {
  const id = world.nextId();
  container.state = 'PUBLISHED';
  container.post = id;
  const look = {
    warning: '',
    visibility: 'public',
    language: null,
    sensitive: false,
    replyTo: null,
    key: null,
  };
  const format = container.kind === undefined ? {} : { format: container.kind };
  const { drops } = world.model;
  const text = drops.includes('text') ? '' : container.text;
  // A carousel may lose files; a post without any is none.
  const media = drops.includes('media') ? container.media.slice(0, 1) : container.media;
  world.visible.push({ id, account, text, media, at: world.now(), ...look, ...format });
  return id;
}

function listMedia(world: World, account: string, limit: number, stories: boolean): Reply {
  const list = world.visible
    .filter(({ format }) => (format === 'STORIES') === stories)
    .filter(
      (post) => post.account === account && post.replyTo === null && world.now() - post.at >= world.listLagMs,
    )
    .reverse()
    .slice(0, limit);
  return { status: 200, body: { data: list.map((post) => mediaJson(world, post)) } };
}

function lookAtMedia(world: World, { query }: Asked, id: string): Reply {
  const post = world.visible.find((other) => other.id === id);
  const isDescribed = query.get('fields')?.includes('alt_text') ?? false;
  return post
    ? { status: 200, body: mediaJson(world, post, isDescribed) }
    : metaProblem(400, 100, 33, 'Unsupported get request');
}

/** As the Graph API writes a post: without the fields that are empty. */
function mediaJson(
  world: World,
  { id, text, at, format, media }: World['visible'][number],
  isDescribed = false,
) {
  const altOf = (alt = '') =>
    !isDescribed || alt === '' || world.model.drops.includes('alt') ? {} : { alt_text: alt };
  const kindOf = ({ film = false, alt }: Partial<FakeDraft> = {}) => ({
    media_type: film ? 'VIDEO' : 'IMAGE',
    ...altOf(alt),
  });
  const container = [...world.drafts.values()].find((draft) => draft.post === id);
  const children = media.map((child) => kindOf(world.drafts.get(child)));
  const isAlbum = format === 'CAROUSEL' && media.length > 1;
  const place = format === 'STORIES' ? 'STORY' : format === 'REELS' ? 'REELS' : 'FEED';
  return {
    id,
    ...(text === '' ? {} : { caption: text }),
    timestamp: metaTime(world.stamp(at)),
    permalink: `https://www.instagram.example/p/${id}/`,
    ...(isAlbum
      ? { media_type: 'CAROUSEL_ALBUM', children: { data: children } }
      : kindOf(container?.kind === 'CAROUSEL' ? world.drafts.get(media[0] ?? '') : container)),
    media_product_type: place,
  };
}

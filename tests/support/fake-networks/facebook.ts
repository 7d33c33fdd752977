import { size } from './counting.ts';
import { filmRoutes } from './facebook-films.ts';
import type { Reply } from './faults.ts';
import type { Handled } from './mastodon.ts';
import { graphPath, metaProblem, metaTime, refuseStranger } from './meta.ts';
import { commentRoute } from './meta-comments.ts';
import { photoRefused } from './meta-refusals.ts';
import type { Asked } from './request.ts';
import type { World } from './world.ts';

/** Facebook's Pages API (networks.md §4): unpublished photos, an unpublished post of them, and the call that publishes it. */
export function facebookRoutes(world: World, asked: Asked, origin: string): Handled | undefined {
  const path = graphPath(asked) ?? [];
  const [first = '', second] = path;
  const guard = (route: Handled['route'], effect: () => Reply): Handled => ({
    route,
    effect: () => refuseStranger(world, asked) ?? effect(),
  });
  const film = filmRoutes(world, asked, path, origin);
  if (film) return guard(film.route, film.effect);
  const ids = asked.query.get('ids')?.split(',');
  if (first === '' && ids) return guard('shown', () => describePhotos(world, ids));
  if (first === '') return undefined;
  const comment = commentRoute(world, asked, path, { text: 'message', time: 'created_time' });
  if (comment) return guard(comment.route, comment.effect);
  if (asked.method === 'POST' && second === 'photos') return guard('upload', () => uploadPhoto(world, asked));
  if (asked.method === 'POST' && second === 'feed')
    return guard('draft', () => createDraft(world, asked, first));
  if (asked.method === 'POST' && second === 'photo_stories')
    return guard('post', () => publishStory(world, asked, first));
  if (asked.method === 'GET' && second === 'stories') return guard('list', () => listStories(world, first));
  if (asked.method === 'GET' && second === 'published_posts')
    return guard('list', () => listPosts(world, first));
  if (second !== undefined) return undefined;
  if (asked.method === 'POST') return guard('post', () => publish(world, asked, first));
  if (world.uploads.has(first)) return guard('media', () => lookAtPhoto(first));
  if (/^message/.test(asked.query.get('fields') ?? '')) return guard('shown', () => lookAtPost(world, first));
  return guard('list', () => lookAtDraft(world, first));
}

/** Where Facebook's own servers show a photo, published or not. */
function lookAtPhoto(id: string): Reply {
  return {
    status: 200,
    body: { id, images: [{ height: 1, width: 1, source: `https://fbcdn.example/media/${id}` }] },
  };
}

/** Several photos in one answer, without the fields that are empty. */
function describePhotos({ uploads, model }: World, ids: readonly string[]): Reply {
  if (!ids.every((id) => uploads.has(id))) return metaProblem(400, 100, 33, 'Unsupported get request');
  const altOf = (id: string) => (model.drops.includes('alt') ? '' : (uploads.get(id)?.alt ?? ''));
  const photo = (id: string) => ({ id, ...(altOf(id) === '' ? {} : { alt_text_custom: altOf(id) }) });
  return { status: 200, body: Object.fromEntries(ids.map((id) => [id, photo(id)])) };
}

function uploadPhoto(world: World, { file, fields }: Asked): Reply {
  if (!file || file.bytes === 0) return metaProblem(400, 100, undefined, 'An image file is required');
  if (fields['published'] !== 'false')
    return metaProblem(400, 100, undefined, 'This fake wants photos unpublished');
  const unfit = photoRefused(world.model, file);
  if (unfit) return unfit;
  const id = world.nextMediaId();
  const { type, bytes, sha256, content } = file;
  const alt = String(fields['alt_text_custom'] ?? '');
  world.uploads.set(id, {
    id,
    type,
    bytes,
    sha256,
    alt,
    focus: null,
    at: world.now(),
    attachedTo: null,
    state: 'ready',
    content,
  });
  return { status: 200, body: { id } };
}

function createDraft(world: World, { fields }: Asked, page: string): Reply {
  const attached = Array.isArray(fields['attached_media']) ? fields['attached_media'] : [];
  const media = attached.map((one: { media_fbid?: unknown }) => String(one.media_fbid));
  if (fields['published'] !== false) return metaProblem(400, 100, undefined, 'This fake wants drafts');
  if (media.some((id) => !world.uploads.has(id))) return metaProblem(400, 100, undefined, 'Invalid media');
  const text = String(fields['message'] ?? '');
  if (text === '' && media.length === 0) return metaProblem(400, 100, undefined, 'An empty post');
  if (size(text, 'code-points') > (world.model.limits.characters ?? 0))
    return metaProblem(400, 100, undefined, 'The message is too long');
  const link = fields['link'] === undefined ? {} : { link: String(fields['link']) };
  if (world.deadLinks.has(link.link ?? ''))
    return metaProblem(400, 100, 1609005, 'The link could not be read');
  const id = `${page}_${world.nextId()}`;
  world.drafts.set(id, { id, text, media, state: 'FINISHED', post: null, ...link });
  return { status: 200, body: { id } };
}

/** Repeating it is harmless: the draft is the post. */
function publish(world: World, { fields }: Asked, id: string): Reply {
  const draft = world.drafts.get(id);
  if (!draft || fields['is_published'] !== true) return metaProblem(400, 100, 33, 'Unsupported post request');
  if (draft.post === null) {
    draft.post = id;
    draft.state = 'PUBLISHED';
    const look = {
      warning: '',
      visibility: 'public',
      language: null,
      sensitive: false,
      replyTo: null,
      key: null,
    };
    world.visible.push({
      id,
      account: id.split('_')[0] ?? '',
      text: world.model.drops.includes('text') ? '' : draft.text,
      media: world.model.drops.includes('media') ? [] : draft.media,
      at: world.now(),
      ...(draft.link === undefined ? {} : { link: draft.link }),
      ...look,
    });
  }
  return { status: 200, body: { success: true } };
}

/** One photo is one story; a second call with it makes a second story, since what the real one does is not documented. */
function publishStory(world: World, { fields }: Asked, page: string): Reply {
  const photo = world.uploads.get(String(fields['photo_id']));
  if (!photo) return metaProblem(400, 100, undefined, 'Invalid photo');
  if (photo.bytes > 4_000_000) return metaProblem(400, 100, 1366046, 'The photo is too large for a story');
  if (photo.attachedTo !== null) return metaProblem(400, 100, undefined, 'The photo was published before');
  const id = world.nextId();
  world.visible.push({
    id,
    account: page,
    text: '',
    media: [photo.id],
    at: world.now(),
    format: 'story',
    warning: '',
    visibility: 'public',
    language: null,
    sensitive: false,
    replyTo: null,
    key: null,
  });
  return { status: 200, body: { success: true, post_id: id } };
}

function listStories(world: World, page: string): Reply {
  const stories = world.visible.filter(
    ({ account, format, at }) =>
      account === page && format === 'story' && world.storyArchive && world.now() - at >= world.listLagMs,
  );
  const data = stories.map(({ id, at, media: [media = ''] }) => ({
    post_id: id,
    status: 'PUBLISHED',
    creation_time: String(Math.floor(world.stamp(at) / 1000)),
    media_type: world.films.has(media) ? 'video' : 'photo',
    media_id: media,
    url: `https://facebook.example/stories/${id}`,
  }));
  return { status: 200, body: { data: data.reverse() } };
}

function listPosts(world: World, page: string): Reply {
  const list = world.visible
    .filter(({ account, replyTo, format }) => account === page && replyTo === null && format !== 'story')
    .reverse();
  return { status: 200, body: { data: list.slice(0, 25).map((post) => postJson(world, post)) } };
}

function lookAtPost(world: World, id: string): Reply {
  const post = world.visible.find((one) => one.id === id);
  return post
    ? { status: 200, body: postJson(world, post) }
    : metaProblem(400, 100, 33, 'Unsupported get request');
}

/** As the Graph API writes a post: without the fields that are empty. */
function postJson(world: World, { id, text, at, media, format, link }: World['visible'][number]) {
  const kind = format === undefined ? 'photo' : 'video';
  const files = media.map((file) => ({ media_type: kind, target: { id: file } }));
  const shown = files.length > 1 ? [{ media_type: 'album', subattachments: { data: files } }] : files;
  const preview = link === undefined ? [] : [{ media_type: 'link' }];
  return {
    id,
    ...(text === '' ? {} : { message: text }),
    created_time: metaTime(world.stamp(at)),
    permalink_url: `https://www.facebook.example/${id}`,
    ...(shown.length + preview.length === 0 ? {} : { attachments: { data: [...shown, ...preview] } }),
  };
}

function lookAtDraft(world: World, id: string): Reply {
  const draft = world.drafts.get(id);
  if (!draft) return metaProblem(400, 100, 33, 'Unsupported get request');
  return {
    status: 200,
    body: { id, is_published: draft.post !== null, permalink_url: `https://www.facebook.example/${id}` },
  };
}

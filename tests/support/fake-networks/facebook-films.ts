import type { Reply } from './faults.ts';
import type { Handled } from './mastodon.ts';
import { metaProblem } from './meta.ts';
import type { Asked } from './request.ts';
import type { FakeFilm, World } from './world.ts';

/** Facebook's films (networks.md §4.2): begun, brought, and shown by the call that ends them. */
export function filmRoutes(
  world: World,
  asked: Asked,
  [first = '', second]: readonly string[],
  origin: string,
): Handled | undefined {
  const phase = String(asked.fields['upload_phase'] ?? '');
  const bytes = /^\/video-upload\/[^/]+\/([^/]+)$/.exec(asked.path)?.[1];
  if (bytes !== undefined) return { route: 'upload', effect: () => takeReel(world, asked, bytes) };
  if (
    asked.method === 'POST' &&
    (second === 'videos' || second === 'video_reels' || second === 'video_stories')
  ) {
    if (phase === 'start')
      return { route: 'upload', effect: () => begin(world, asked, first, second, origin) };
    if (phase === 'transfer') return { route: 'upload', effect: () => takePiece(world, asked) };
    return { route: 'post', effect: () => end(world, asked) };
  }
  const film = second === undefined ? world.films.get(first) : undefined;
  if (film && asked.query.get('fields')?.startsWith('description'))
    return { route: 'shown', effect: () => show(world, film) };
  return film && { route: 'list', effect: () => look(film) };
}

const formats: Partial<Record<string, FakeFilm['format']>> = {
  video_reels: 'reel',
  video_stories: 'story',
};

function begin(world: World, { fields }: Asked, page: string, edge: string, origin: string): Reply {
  const format = formats[edge] ?? 'video';
  const id = `f${world.nextMediaId()}`;
  const bytes = Number(fields['file_size'] ?? 0);
  world.films.set(id, { id, page, format, bytes, received: 0, state: 'uploading' });
  if (format !== 'video')
    return { status: 200, body: { video_id: id, upload_url: `${origin}/video-upload/v25.0/${id}` } };
  return { status: 200, body: { video_id: id, upload_session_id: `s${id}`, ...nextPiece(world, bytes, 0) } };
}

function nextPiece(world: World, bytes: number, from: number) {
  return { start_offset: String(from), end_offset: String(Math.min(bytes, from + world.filmPiece)) };
}

function takePiece(world: World, { fields, file }: Asked): Reply {
  const film = world.films.get(String(fields['upload_session_id']).slice(1));
  if (!film || !file || Number(fields['start_offset']) !== film.received)
    return metaProblem(400, 100, undefined, 'A piece that was not asked for');
  film.received += file.bytes;
  return { status: 200, body: nextPiece(world, film.bytes, film.received) };
}

function takeReel(world: World, { headers, rawBytes }: Asked, id: string): Reply {
  const film = world.films.get(id);
  if (!film || headers.authorization === undefined || rawBytes !== Number(headers['file_size']))
    return {
      status: 400,
      body: { debug_info: { retriable: false, type: 'ProcessingFailedError', message: 'No' } },
    };
  film.bytes = rawBytes;
  film.received = rawBytes;
  return { status: 200, body: { success: true } };
}

/** Ending what has ended shows it once. */
function end(world: World, { fields }: Asked): Reply {
  const film = world.films.get(String(fields['video_id'] ?? String(fields['upload_session_id']).slice(1)));
  if (!film || film.received !== film.bytes || film.bytes === 0)
    return metaProblem(400, 100, 33, 'The upload is not whole');
  if (film.state !== 'published') publish(world, film, String(fields['description'] ?? ''));
  return { status: 200, body: { success: true } };
}

function publish(world: World, film: FakeFilm, text: string): void {
  film.state = 'published';
  world.visible.push({
    id: film.id,
    account: film.page,
    text: world.model.drops.includes('text') ? '' : text,
    media: [film.id],
    at: world.now(),
    warning: '',
    visibility: 'public',
    language: null,
    sensitive: false,
    replyTo: null,
    key: null,
    format: film.format,
  });
}

/** The film as it is shown, with an address below the site's own. */
function show(world: World, { id, page }: FakeFilm): Reply {
  const text = world.visible.find((post) => post.id === id)?.text ?? '';
  const description = text === '' ? {} : { description: text };
  return { status: 200, body: { id, ...description, permalink_url: `/${page}/videos/${id}/` } };
}

function look(film: FakeFilm): Reply {
  const isOut = film.state === 'published';
  const status = {
    video_status: isOut ? 'ready' : 'uploading',
    publishing_phase: { status: isOut ? 'complete' : 'not_started' },
  };
  return { status: 200, body: { id: film.id, published: isOut, status } };
}

import type { Reply } from './faults.ts';
import { filesRefused, pollRefused, problem, refused, visibilityRefused, wordsRefused } from './refusals.ts';
import type { Asked } from './request.ts';
import type { VisiblePost, World } from './world.ts';

/** POST /api/v1/statuses with the model's manner of remembering keys. */
export function createStatus(world: World, asked: Asked, account: string): Reply {
  const { model, now, keys } = world;
  const given = asked.headers['idempotency-key'];
  const key =
    typeof given === 'string' && model.key !== 'ignored' ? scoped(world, account, given) : undefined;
  const known = key === undefined ? undefined : keys.get(key);
  if (key === undefined) return makeStatus(world, asked, account);
  if (known && now() - known.at < model.keyForMs) return repeated(world, known);
  // Pixelfed keeps the key before it makes the post, so that a failure burns it too, unless its form was checked first.
  if (model.key === 'refuses') {
    const unfit = formRefused(world, fieldsRead(world, asked));
    if (unfit) return unfit;
    keys.set(key, { at: now(), status: 0, body: null, done: false });
  }
  const made = makeStatus(world, asked, account);
  if (made.status === 200 || model.key === 'replays-errors')
    keys.set(key, { at: now(), status: made.status, body: made.body, done: true });
  return made;
}

function scoped(world: World, account: string, key: string): string {
  return world.model.key === 'replays-errors' ? key : `${account} ${key}`;
}

function repeated(world: World, known: { status: number; body: unknown }): Reply {
  if (world.model.key === 'refuses') return problem(400, 'Duplicate idempotency key.');
  if (world.model.key === 'breaks') return problem(500, 'Internal Server Error');
  const headers = world.model.key === 'replays-errors' ? { 'idempotent-replayed': 'true' } : undefined;
  return { status: known.status, body: known.body, ...(headers ? { headers } : {}) };
}

/** What the server makes of a body: some know pictures and polls in forms only, some nothing but forms. */
function fieldsRead({ model }: World, { fields, isForm }: Asked): Record<string, unknown> {
  if (model.reads === 'all' || isForm) return fields;
  if (model.reads === 'forms') return {};
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => typeof value !== 'object'));
}

function makeStatus(world: World, asked: Asked, account: string): Reply {
  const { model, now } = world;
  const fields = fieldsRead(world, asked);
  const text = String(fields['status'] ?? '');
  const wanted = idsIn(fields);
  if (asked.malformed) return problem(400, 'Bad Request');
  if (model.strictBooleans && fields['sensitive'] !== undefined && typeof fields['sensitive'] !== 'boolean')
    return refused(model, 'sensitive', 'Expected boolean');
  if (model.strictBooleans && fields['status'] === '') return refused(model, 'status', 'Too small');
  const unfit = formRefused(world, fields);
  if (unfit) return unfit;
  if (!model.textOnly && wanted.length === 0 && fields['in_reply_to_id'] === undefined)
    return problem(403, 'Empty statuses are not allowed');
  if (isEmpty(model, fields) && wanted.length === 0)
    return problem(model.emptyStatus, "Validation failed: Text can't be blank");
  const trouble = wanted.map((id) => troubleWith(world, id)).find((reply) => reply !== undefined);
  if (trouble) return trouble;
  const scheduled = scheduledFor(world, fields['scheduled_at']);
  if (scheduled !== undefined) return scheduled;
  const replyTo = fields['in_reply_to_id'] === undefined ? null : String(fields['in_reply_to_id']);
  if (replyTo !== null && !world.visible.some(({ id }) => id === replyTo))
    return problem(404, 'The post you are trying to reply to does not appear to exist.');
  const given = asked.headers['idempotency-key'];
  const post: VisiblePost = {
    id: world.nextId(),
    account,
    text: model.drops.includes('text') ? '' : text,
    warning: [...String(fields['spoiler_text'] ?? '')].slice(0, model.limits.warning ?? undefined).join(''),
    visibility: visibilityOf(model, fields['visibility']),
    language: fields['language'] === undefined ? null : String(fields['language']),
    sensitive: String(fields['sensitive']) === 'true' || fields['spoiler_text'] !== undefined,
    media: model.drops.includes('media') ? [] : wanted.filter((id) => world.uploads.has(id)),
    replyTo,
    at: now(),
    poll:
      model.polls !== null && !model.drops.includes('poll') && fields['poll'] !== undefined
        ? fields['poll']
        : null,
    key: typeof given === 'string' ? given : null,
  };
  for (const id of post.media) {
    const attached = world.uploads.get(id);
    if (attached) attached.attachedTo = post.id;
  }
  world.visible.push(post);
  return { status: 200, body: statusJson(world, post) };
}

function visibilityOf(model: World['model'], given: unknown): string {
  const isKnown = model.visibilities.includes(String(given)) && !model.drops.includes('visibility');
  return isKnown ? String(given) : model.defaultVisibility;
}

function idsIn(fields: Record<string, unknown>): string[] {
  return Array.isArray(fields['media_ids']) ? fields['media_ids'].map(String) : [];
}

/** What is refused by the fields alone, before anything is looked up. */
function formRefused(world: World, fields: Record<string, unknown>): Reply | undefined {
  const { model } = world;
  const ids = idsIn(fields);
  return (
    wordsRefused(model, fields) ??
    visibilityRefused(model, fields['visibility']) ??
    filesRefused(world, ids) ??
    pollRefused(model, fields['poll'], ids.length)
  );
}

/** On Mastodon a warning without a text becomes the text. */
function isEmpty({ blankIsEmpty, refuses }: World['model'], fields: Record<string, unknown>): boolean {
  const text = String(fields['status'] ?? '');
  const words = refuses === 'rails' ? text || String(fields['spoiler_text'] ?? '') : text;
  return blankIsEmpty ? words.trim() === '' : words === '';
}

/** At least five minutes ahead it is kept for later, sooner it is refused; a past one, like none, is for now (networks.md §1.8). */
function scheduledFor({ model, now, nextId }: World, given: unknown): Reply | undefined {
  if (given === undefined || !model.schedules) return undefined;
  const at = Date.parse(String(given));
  if (Number.isNaN(at)) return refused(model, 'scheduled_at', 'Scheduled at is invalid');
  if (at <= now()) return undefined;
  if (at < now() + 5 * 60_000)
    return refused(model, 'scheduled_at', 'The scheduled date must be in the future');
  return { status: 200, body: { id: nextId(), scheduled_at: given, params: {}, media_attachments: [] } };
}

function troubleWith(world: World, id: string): Reply | undefined {
  const { model } = world;
  const found = world.uploads.get(id);
  if (!found)
    return model.unknownMedia === 'skipped'
      ? undefined
      : problem(model.unknownMedia.status, `media not found: ${id}`);
  if (found.attachedTo !== null && model.singleUse)
    return problem(model.singleUse.status, model.singleUse.text(id));
  if (found.state === 'processing' && model.tells206)
    return problem(422, 'Cannot attach files that have not finished processing. Try again in a moment!');
  return undefined;
}

function pollJson({ id, poll }: VisiblePost) {
  if (typeof poll !== 'object' || poll === null || !('options' in poll) || !Array.isArray(poll.options))
    return null;
  return { id, options: poll.options.map((title: unknown) => ({ title, votes_count: 0 })) };
}

/** A post as the API shows it: the text as HTML, links and mentions dressed up as Mastodon does. */
export function statusJson(world: World, post: VisiblePost) {
  const escaped = post.text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
  const linked = escaped.replace(
    /https:\/\/(\S{1,20})(\S*)/g,
    '<a href="https://$1$2"><span class="invisible">https://</span><span class="ellipsis">$1</span><span class="invisible">$2</span></a>',
  );
  const media = post.media.map((id) => ({
    id: world.model.keepsMediaIds ? id : `shown-${id}`,
    type: 'image',
    description: world.uploads.get(id)?.alt || null,
  }));
  return {
    id: post.id,
    created_at: new Date(world.stamp(post.at)).toISOString(),
    in_reply_to_id: post.replyTo,
    sensitive: post.sensitive,
    spoiler_text: post.warning,
    visibility: post.visibility,
    language: post.language,
    poll: pollJson(post),
    uri: `https://fake.example/users/${post.account}/statuses/${post.id}`,
    url: `https://fake.example/@${post.account}/${post.id}`,
    content: linked === '' ? '' : `<p>${linked.replace(/\n\n/g, '</p><p>').replace(/\n/g, '<br>')}</p>`,
    account: { id: post.account },
    media_attachments: media,
  };
}

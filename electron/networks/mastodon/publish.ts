import { z } from 'zod';
import { countCharacters, type Poll } from '../../../shared/index.ts';
import type { Adapter, Draft, NetworkDescriptor, RepeatRule, SendRecord, Sent, Session } from '../adapter.ts';
import { filesMissing } from '../differences.ts';
import { type Body, type HttpAnswer, rateLimitedUntil, spentUntil } from '../http.ts';
import { anyFile, type Limits } from '../limits.ts';
import { differencesOf, pollMissing } from './differences.ts';
import { refusal, wordsOf } from './errors.ts';
import { createProfiles, type Profile } from './instance.ts';
import { findSince, lookUp, lookUpGap, newestSeen } from './look-up.ts';
import type { Quirks } from './quirks.ts';
import { mastodonSignIn } from './sign-in.ts';
import { hostUpload, stateOfUploads, upload } from './upload.ts';

/** Mastodon and the servers that speak its API, distinguished by the quirks of their software. */
function createMastodonFamily(): Adapter {
  const profiles = createProfiles();
  const profileOf = profiles.read;
  return {
    unsupportedFields: [],
    lookUpGap({ server }, draft) {
      const profile = profiles.known(server);
      return profile ? lookUpGap(draft, profile) : null;
    },
    knownLimits({ server }) {
      const profile = profiles.known(server);
      return profile && limitsOf(profile);
    },
    async limits(session) {
      const found = await profileOf(session);
      return found.kind === 'refused' ? found : { kind: 'limits', limits: limitsOf(found.profile) };
    },
    async prepare(session, draft, attempt, { after, save }) {
      const found = await profileOf(session);
      if (found.kind === 'refused') return found;
      // Asked first, because it also shows that server and token are alive before anything is uploaded.
      const newest = after === null ? await newestSeen(session) : ({ kind: 'newest', id: after } as const);
      if (newest.kind === 'refused') return newest;
      const uploaded = await upload(session, draft, attempt.uploads, found.profile, save);
      if (uploaded.kind === 'refused') return uploaded;
      if (uploaded.kind === 'later')
        return { kind: 'later', notBefore: session.clock.now() + 30_000, why: uploaded.why };
      return { kind: 'ready', newestSeen: newest.id };
    },
    async send(session, draft, attempt) {
      const found = await profileOf(session);
      return found.kind === 'refused' ? found : send(session, draft, attempt, found.profile);
    },
    async lookUp(session, draft, attempt) {
      const found = await profileOf(session);
      if (found.kind === 'refused') return { kind: 'unreadable', refusal: found.refusal };
      return lookUp(session, draft, attempt, found.profile);
    },
    async findSince(session, draft, attempt, since) {
      const found = await profileOf(session);
      return found.kind === 'refused' ? found : findSince(session, draft, attempt, since, found.profile);
    },
    async host(session, media) {
      const found = await profileOf(session);
      return found.kind === 'refused' ? found : hostUpload(session, media, found.profile);
    },
    restUntil: spentUntil,
    async repeatRule(session) {
      const found = await profileOf(session);
      return found.kind === 'refused' ? { lookups: 3, key: 'same', safeForMs: 0 } : ruleOf(found.profile);
    },
  };
}

/** networks.md §5, table: what protects a repeat on this server, and for how long. */
function ruleOf({ quirks }: Profile): RepeatRule {
  return {
    lookups: quirks.lookups,
    key: quirks.key === 'refuses' ? 'fresh' : 'same',
    // Only a key that gives back the first answer protects; Pleroma's is in memory and lost by a restart of the server.
    safeForMs: quirks.key === 'replays' ? quirks.keyForMs : 0,
  };
}

function limitsOf({ quirks, limits }: Profile): Limits {
  const { address } = quirks.counting;
  const counting = { ...quirks.counting, address: address && limits.charactersPerUrl };
  return {
    ...anyFile,
    characters: limits.characters,
    media: limits.media,
    altCharacters: limits.altCharacters,
    imageBytes: limits.imageBytes,
    imagePixels: limits.imagePixels,
    videoBytes: limits.videoBytes,
    framesPerSecond: limits.framesPerSecond === null ? null : [0, limits.framesPerSecond],
    filmPixels: limits.filmPixels,
    filmAlone: quirks.filmAlone,
    moving: quirks.moving,
    formats: {},
    fetches: 'nothing',
    mimeTypes: limits.mimeTypes,
    textOnly: quirks.textOnly,
    thread: true,
    comments: true,
    polls: limits.polls,
    visibilities: quirks.visibilities,
    warningCharacters: quirks.defaults.warningCharacters,
    hashtags: null,
    mentions: null,
    count: (text, warning) => countCharacters(text, warning, counting),
    countOption: (option) =>
      countCharacters(option, null, { ...counting, address: null, shortMentions: false }),
    countAlt: (alt) =>
      countCharacters(alt, null, {
        unit: quirks.altUnit,
        address: null,
        shortMentions: false,
        warning: false,
      }),
  };
}

export const mastodon: NetworkDescriptor = {
  signIns: { mastodon: mastodonSignIn },
  createAdapter: createMastodonFamily,
};

export const pixelfed: NetworkDescriptor = {
  signIns: { pixelfed: mastodonSignIn },
  createAdapter: createMastodonFamily,
};

/** Ids are opaque, but some servers write numbers. */
const idSchema = z.union([z.string().min(1), z.number().transform(String)]);
const statusSchema = z.object({
  id: idSchema,
  url: z.string().nullish().catch(null),
  uri: z.string().nullish().catch(null),
});
/** Laravel's own form of a failed validation, which Pixelfed answers with 500 (networks.md §2.1); it happens before any effect. */
const laravelValidationSchema = z.object({ message: z.string(), errors: z.record(z.string(), z.unknown()) });

/** `POST /api/v1/statuses`: the one call that makes the post visible. It is never cut short by us but for its time-out. */
async function send(session: Session, draft: Draft, attempt: SendRecord, profile: Profile): Promise<Sent> {
  const { http, account, token, clock } = session;
  const fields = statusBody(draft, attempt, profile.quirks);
  const result = await http({
    method: 'POST',
    url: `${account.server}/api/v1/statuses`,
    token,
    headers: { 'idempotency-key': attempt.key },
    body: profile.body === 'form' ? formOf(fields) : { json: fields },
  });
  if (result.kind === 'none') {
    if (result.sent === 'maybe') return { kind: 'unknown', why: `No answer: ${result.why}` };
    const why = `The server could not be reached: ${result.why}`;
    return {
      kind: 'refused',
      refusal: { class: 'retry', code: 'NETWORK_UNREACHABLE', why, notBefore: null, holds: 'offline' },
    };
  }
  const { status } = result;
  // Some keep the key of what they refused, and what unknown servers do is unknown.
  const burntKey = profile.quirks.key !== 'replays';
  if (status >= 200 && status < 300) return published(result, draft, profile);
  // Pleroma gives the first answer again, errors too: that answer is final, and so is the key (networks.md §2.2).
  const replayed = result.headers.get('idempotent-replayed') === 'true';
  if (status >= 500 || status === 408 || replayed) {
    const validation =
      status === 500 &&
      profile.software === 'pixelfed' &&
      laravelValidationSchema.safeParse(result.json).success;
    return validation
      ? { kind: 'refused', refusal: refusal('edit', result), burntKey }
      : { kind: 'unknown', why: wordsOf(result), burntKey: replayed };
  }
  if (status === 429 || status === 425)
    return {
      kind: 'refused',
      refusal: refusal('retry', result, rateLimitedUntil(result.headers, clock.now())),
      burntKey,
    };
  if (status === 401) return { kind: 'refused', refusal: refusal('reauthorize', result), burntKey };
  if (status === 403)
    return { kind: 'refused', refusal: refusal(profile.quirks.forbidden, result), burntKey };
  if (status >= 300 && status < 400) return { kind: 'refused', refusal: refusal('person', result), burntKey };
  const refused = await refusedContent(session, attempt, result, profile);
  // Pixelfed's word for a key that it knows (networks.md §2.1): another copy of this home may have sent it.
  if (status === 400 && profile.quirks.key === 'refuses' && refused.class === 'edit')
    return { kind: 'unknown', why: wordsOf(result), burntKey, isOlder: true };
  return { kind: 'refused', refusal: refused, burntKey };
}

function published(answer: HttpAnswer, draft: Draft, profile: Profile): Sent {
  const parsed = statusSchema.safeParse(answer.json);
  if (!parsed.success) return { kind: 'unknown', why: `${wordsOf(answer)}, but without the post` };
  const differs = differencesOf(draft, answer.json);
  // What it made of a JSON body is not all of it: the next post goes as a form.
  if (!profile.takesNoForms && profile.quirks.bodies !== 'json' && differs.some(isNested))
    profile.body = 'form';
  const { id, url, uri } = parsed.data;
  return { kind: 'published', remote: { remoteId: id, url: url ?? uri ?? null, differs } };
}

/** What a server misses that reads only what is plain of a JSON body. */
function isNested(difference: string): boolean {
  return difference === pollMissing || difference === filesMissing;
}

/**
 * A refusal because of what was sent. With media, the uploads themselves say whether it was their state
 * (processing, gone) or the post: the status is 422 or 400 for all of them and the text is translated.
 */
async function refusedContent(session: Session, attempt: SendRecord, answer: HttpAnswer, profile: Profile) {
  const states = await stateOfUploads(session, attempt.uploads);
  if (states.includes('processing')) return refusal('retry', answer);
  if (states.includes('gone')) return { ...refusal('retry', answer), dropUploads: true, mostTries: 5 };
  const isTrial = profile.quirks.bodies === 'either';
  if (profile.body === 'form' && (answer.status === 415 || isTrial)) {
    // It reads no forms, as it seems: once more as JSON, and then its word is final.
    profile.body = 'json';
    profile.takesNoForms = true;
    return { ...refusal('retry', answer), mostTries: 2 };
  }
  return refusal('edit', answer);
}

/** The JSON of `POST /api/v1/statuses`: only fields that the server knows, never `scheduled_at` (networks.md §1.8). */
function statusBody(draft: Draft, attempt: SendRecord, quirks: Quirks): Record<string, unknown> {
  const media = attempt.uploads.filter((upload) => upload.kind === 'media').map((upload) => upload.id);
  const warned = draft.contentWarning !== null && draft.contentWarning !== '';
  return {
    // Hollo refuses an empty text beside media, so none is sent at all (networks.md §9).
    ...(draft.text === '' ? {} : { status: draft.text }),
    ...(media.length > 0 ? { media_ids: media } : {}),
    ...(draft.poll === null ? {} : { poll: pollFields(draft.poll) }),
    ...(draft.replyTo === null ? {} : { in_reply_to_id: draft.replyTo }),
    ...(warned ? { spoiler_text: draft.contentWarning } : {}),
    sensitive: draft.sensitive || (warned && quirks.warningNeedsSensitive),
    // Always: the account's own default may be another one.
    visibility: draft.visibility,
    ...(draft.language === null ? {} : { language: draft.language }),
  };
}

/**
 * The same fields as a form, spelt as Rails, PHP and all their kin read them: `media_ids[]=1&poll[options][]=Yes`. What
 * is false is left out, for some servers take any text for true.
 */
function formOf(fields: Record<string, unknown>): Extract<Body, { form: unknown }> {
  const form: [string, string][] = [];
  const add = (name: string, value: unknown): void => {
    if (Array.isArray(value)) for (const one of value) add(`${name}[]`, one);
    else if (typeof value === 'object' && value !== null)
      for (const [inner, held] of Object.entries(value)) add(`${name}[${inner}]`, held);
    else if (value !== false && value !== undefined && value !== null) form.push([name, String(value)]);
  };
  for (const [name, value] of Object.entries(fields)) add(name, value);
  return { form };
}

function pollFields({ options, durationSeconds, multiple, hideTotals }: Poll) {
  return { options, expires_in: durationSeconds, multiple, hide_totals: hideTotals };
}

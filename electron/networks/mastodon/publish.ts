import { countCharacters } from '../../../shared/index.ts';
import type { Adapter, RepeatRule } from '../adapter.ts';
import type { Limits } from '../limits.ts';
import type { NetworkDescriptor } from '../network.ts';
import { spentUntil } from '../timing.ts';
import { createProfiles, type Profile } from './instance.ts';
import { findSince, lookUp, lookUpGap, newestSeen } from './look-up.ts';
import { send } from './send.ts';
import { mastodonSignIn } from './sign-in.ts';
import { hostUpload, upload } from './upload.ts';

/** Mastodon and the servers that speak its API, told apart by the quirks of their software. */
function createMastodonFamily(): Adapter {
  const profiles = createProfiles();
  const profileOf = profiles.read;
  return {
    neverSent: [],
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
    characters: limits.characters,
    media: limits.media,
    altCharacters: limits.altCharacters,
    imageBytes: limits.imageBytes,
    imagePixels: limits.imagePixels,
    imageRatio: null,
    imageWidth: null,
    plainJpeg: false,
    videoBytes: limits.videoBytes,
    filmSeconds: null,
    framesPerSecond: limits.framesPerSecond === null ? null : [0, limits.framesPerSecond],
    filmPixels: limits.filmPixels,
    filmWidth: null,
    filmShape: null,
    videoCodecs: null,
    audioCodecs: null,
    bitDepth: null,
    chroma: null,
    sampleRate: null,
    channels: null,
    streamable: false,
    filmAlone: quirks.filmAlone,
    moving: quirks.moving,
    cropsToFirst: false,
    fullScreen: null,
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

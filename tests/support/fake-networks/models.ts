/** How one server software behaves where publishing depends on it: `../shared/networks.md` §1, §2 and §9. */
export type Model = {
  api: 'mastodon' | 'instagram' | 'facebook';
  /** Name in nodeinfo, and version in the instance documents. */
  software: string;
  version: string;
  /** What a repeated Idempotency-Key does. `breaks`: 500 although the post exists (Mastodon 4.6.0 to 4.6.5). */
  key: 'replays' | 'breaks' | 'refuses' | 'replays-errors' | 'ignored';
  keyForMs: number;
  /** An upload fits one post only; which status says so. */
  singleUse: { status: number; text: (id: string) => string } | null;
  /** GET of an attached upload. */
  attachedStatus: number;
  /** Answer to an upload of a picture: 200 with address, or 202 without. */
  uploadStatus: 200 | 202;
  tells206: boolean;
  unknownMedia: { status: number } | 'skipped';
  textOnly: boolean;
  /** Takes polls; without them the field is dropped. */
  polls: boolean;
  emptyStatus: number;
  /** Over-long text; 200 = accepted. */
  tooLongStatus: number;
  direct: boolean;
  listsReplies: boolean;
  /** What the account's list shows to the account itself. */
  lists: readonly string[];
  /** Bodies that it understands; `flat`: of JSON only what is neither list nor object. */
  reads: 'all' | 'flat' | 'forms';
  /** Fields that it takes and drops without a word. */
  drops: readonly ('text' | 'visibility' | 'media' | 'poll')[];
  hasSource: boolean;
  strictHeaders: boolean;
  /** JSON booleans only. */
  strictBooleans: boolean;
  keepsMediaIds: boolean;
  defaultVisibility: 'public' | 'unlisted';
  limits: { characters: number; media: number; alt: number; perUrl: number };
  ids: 'number' | 'ulid' | 'flake' | 'uuid';
};

const hour = 3_600_000;

const mastodon45: Model = {
  api: 'mastodon',
  software: 'mastodon',
  version: '4.5.3',
  key: 'replays',
  keyForMs: hour,
  singleUse: { status: 422, text: (id) => `Media ${id} not found or already attached to another post` },
  attachedStatus: 404,
  uploadStatus: 200,
  tells206: true,
  unknownMedia: { status: 422 },
  textOnly: true,
  polls: true,
  emptyStatus: 422,
  tooLongStatus: 422,
  direct: true,
  listsReplies: true,
  lists: ['public', 'unlisted', 'private', 'direct'],
  reads: 'all',
  drops: [],
  hasSource: true,
  strictHeaders: false,
  strictBooleans: false,
  keepsMediaIds: true,
  defaultVisibility: 'public',
  limits: { characters: 500, media: 4, alt: 1500, perUrl: 23 },
  ids: 'number',
};

/** The servers that can be played, by name. */
export const models = {
  'mastodon-4.5': mastodon45,
  'mastodon-4.6': {
    ...mastodon45,
    version: '4.6.3',
    key: 'breaks',
    limits: { ...mastodon45.limits, alt: 10_000 },
  },
  pixelfed: {
    ...mastodon45,
    polls: false,
    software: 'pixelfed',
    version: '3.5.3 (compatible; Pixelfed 0.12.6)',
    key: 'refuses',
    singleUse: { status: 400, text: () => 'Invalid media_ids' },
    uploadStatus: 202,
    tells206: false,
    unknownMedia: { status: 400 },
    textOnly: false,
    emptyStatus: 403,
    tooLongStatus: 500,
    direct: false,
    listsReplies: false,
    hasSource: false,
    limits: { characters: 500, media: 4, alt: 1000, perUrl: 23 },
  },
  gotosocial: {
    ...mastodon45,
    software: 'gotosocial',
    version: '0.20.0+git-1234567',
    key: 'ignored',
    singleUse: { status: 400, text: (id) => `Bad Request: media already attached to status: ${id}` },
    attachedStatus: 200,
    unknownMedia: { status: 400 },
    emptyStatus: 400,
    tooLongStatus: 400,
    strictHeaders: true,
    defaultVisibility: 'unlisted',
    limits: { characters: 5000, media: 6, alt: 1500, perUrl: 25 },
    ids: 'ulid',
  },
  pleroma: {
    ...mastodon45,
    software: 'pleroma',
    version: '2.7.2 (compatible; Pleroma 2.9.1)',
    key: 'replays-errors',
    keyForMs: 6 * hour,
    singleUse: null,
    attachedStatus: 200,
    uploadStatus: 202,
    tells206: false,
    limits: { characters: 5000, media: 1000, alt: 5000, perUrl: 23 },
    ids: 'flake',
  },
  friendica: {
    ...mastodon45,
    software: 'friendica',
    polls: false,
    version: '2.8.0 (compatible; Friendica 2026.05)',
    key: 'ignored',
    singleUse: null,
    attachedStatus: 200,
    unknownMedia: 'skipped',
    hasSource: false,
    keepsMediaIds: false,
    limits: { characters: 200_000, media: 100, alt: 1500, perUrl: 23 },
  },
  hollo: {
    ...mastodon45,
    software: 'hollo',
    version: '0.10.0',
    singleUse: { status: 422, text: () => 'Media not found' },
    attachedStatus: 200,
    tooLongStatus: 200,
    strictBooleans: true,
    limits: { characters: 10_000, media: 8, alt: 10_000, perUrl: 256 },
    ids: 'uuid',
  },
  /** A small server that nobody knows: it ignores keys, lists nothing private, and reads forms only. */
  small: {
    ...mastodon45,
    software: 'smallpub',
    version: '0.3.0',
    key: 'ignored',
    singleUse: null,
    attachedStatus: 200,
    hasSource: false,
    lists: ['public', 'unlisted'],
    reads: 'forms',
    limits: { characters: 2000, media: 4, alt: 1500, perUrl: 23 },
    ids: 'uuid',
  },
  /** A second publish of one container makes a second post: nobody knows what the real one does. */
  instagram: {
    ...mastodon45,
    api: 'instagram',
    textOnly: false,
    direct: false,
    limits: { characters: 2200, media: 10, alt: 1000, perUrl: 0 },
  },
  facebook: {
    ...mastodon45,
    api: 'facebook',
    direct: false,
    limits: { characters: 63_206, media: 10, alt: 1000, perUrl: 0 },
  },
} as const satisfies Record<string, Model>;
export type ModelName = keyof typeof models;

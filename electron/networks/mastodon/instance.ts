import { z } from 'zod';
import type { Millis } from '../../../shared/index.ts';
import type { Refusal, Session } from '../adapter.ts';
import { okJson } from '../http.ts';
import type { PollLimits } from '../limits.ts';
import { refusalOfRead } from './errors.ts';
import { type Quirks, quirksOf } from './quirks.ts';

/** What is known of one server. */
export type Profile = {
  software: string;
  quirks: Quirks;
  limits: InstanceLimits;
  /** How to send a post: by its software, and by what it made of the ones before. */
  body: 'json' | 'form';
  /** It was seen to refuse forms. */
  takesNoForms: boolean;
};
export type ProfileResult = { kind: 'profile'; profile: Profile } | { kind: 'refused'; refusal: Refusal };
export type InstanceLimits = {
  characters: number | null;
  charactersPerUrl: number;
  media: number | null;
  altCharacters: number | null;
  imageBytes: number | null;
  imagePixels: number | null;
  videoBytes: number | null;
  filmPixels: number | null;
  framesPerSecond: number | null;
  mimeTypes: readonly string[] | null;
  polls: PollLimits | null;
};

const profileForMs = 60 * 60_000;

/** Zero where a server has none of it. */
const count = z.number().int().min(0).optional().catch(undefined);
const number = z.number().int().positive().optional().catch(undefined);
/** Every member may be missing: servers leave out what they do not have. */
const instanceSchema = z.object({
  version: z.string().optional().catch(undefined),
  max_toot_chars: number,
  /** Pleroma's and Akkoma's own names, in the document of version 1 (lib/pleroma/web/mastodon_api/views/instance_view.ex). */
  description_limit: number,
  upload_limit: number,
  poll_limits: z
    .object({
      max_options: count,
      max_option_chars: count,
      min_expiration: count,
      max_expiration: count,
    })
    .optional()
    .catch(undefined),
  configuration: z
    .object({
      statuses: z
        .object({
          max_characters: number,
          max_media_attachments: number,
          characters_reserved_per_url: number,
        })
        .optional()
        .catch(undefined),
      media_attachments: z
        .object({
          description_limit: number,
          image_size_limit: number,
          image_matrix_limit: number,
          video_size_limit: number,
          video_matrix_limit: number,
          video_frame_rate_limit: number,
          supported_mime_types: z.array(z.string()).optional().catch(undefined),
        })
        .optional()
        .catch(undefined),
      polls: z
        .object({
          max_options: count,
          max_characters_per_option: count,
          min_expiration: count,
          max_expiration: count,
        })
        .optional()
        .catch(undefined),
    })
    .optional()
    .catch(undefined),
});
type Instance = z.infer<typeof instanceSchema>;

const nodeinfoIndexSchema = z.object({
  links: z.array(z.object({ href: z.url({ protocol: /^https?$/ }) })).min(1),
});
const nodeinfoSchema = z.object({ software: z.object({ name: z.string() }) });

type Anonymous = Omit<Session, 'token'>;

export type Profiles = {
  read(session: Anonymous): Promise<ProfileResult>;
  /** What was read before, however long ago. */
  known(server: string): Profile | undefined;
};

/** Reads what a server is and what it allows, and remembers it for an hour; a refusal is not remembered. */
export function createProfiles(): Profiles {
  const known = new Map<string, { profile: Profile; at: Millis }>();
  const read = async (session: Anonymous): Promise<ProfileResult> => {
    const { server } = session.account;
    const kept = known.get(server);
    const now = session.clock.now();
    if (kept && now >= kept.at && now - kept.at < profileForMs)
      return { kind: 'profile', profile: kept.profile };
    const result = await readProfile(session);
    if (result.kind === 'profile') {
      // What was learned of a server outlives the hour, unless it is another software by now.
      if (kept?.profile.software === result.profile.software) {
        result.profile.body = kept.profile.body;
        result.profile.takesNoForms = kept.profile.takesNoForms;
      }
      known.set(server, { profile: result.profile, at: now });
    }
    // An old profile is better than none while the server is down: what it says rarely changes.
    return result.kind === 'refused' && kept ? { kind: 'profile', profile: kept.profile } : result;
  };
  return { read, known: (server) => known.get(server)?.profile };
}

async function readProfile(session: Anonymous): Promise<ProfileResult> {
  const instance = await readInstance(session);
  if (instance.kind === 'refused') return instance;
  const software = (await readSoftware(session)) ?? softwareInVersion(instance.value.version ?? '');
  const quirks = quirksOf(software);
  const body = quirks.bodies === 'forms' ? ('form' as const) : ('json' as const);
  const profile = { software, quirks, limits: limitsOf(instance.value, quirks), body, takesNoForms: false };
  return { kind: 'profile', profile };
}

async function readInstance(
  session: Anonymous,
): Promise<{ kind: 'instance'; value: Instance } | { kind: 'refused'; refusal: Refusal }> {
  const { http, account, signal } = session;
  const two = await http({ method: 'GET', url: `${account.server}/api/v2/instance`, signal });
  const answer =
    two.kind === 'answer' && two.status === 404
      ? await http({ method: 'GET', url: `${account.server}/api/v1/instance`, signal })
      : two;
  const parsed = instanceSchema.safeParse(okJson(answer));
  if (parsed?.success) return { kind: 'instance', value: parsed.data };
  return { kind: 'refused', refusal: refusalOfRead(answer, session.clock.now()) };
}

/** The name in nodeinfo: the only sure sign (GoToSocial's version string is its own number). */
async function readSoftware({ http, account, signal }: Anonymous): Promise<string | undefined> {
  const index = await http({ method: 'GET', url: `${account.server}/.well-known/nodeinfo`, signal });
  const links = nodeinfoIndexSchema.safeParse(index.kind === 'answer' ? index.json : undefined);
  const href = links.data?.links.at(-1)?.href;
  if (href === undefined) return undefined;
  const info = await http({ method: 'GET', url: href, signal });
  return nodeinfoSchema.safeParse(info.kind === 'answer' ? info.json : undefined).data?.software.name;
}

/** `3.5.3 (compatible; Pixelfed 0.12.6)` names Pixelfed; a plain number is Mastodon's own habit, but GoToSocial's too. */
function softwareInVersion(version: string): string {
  return /compatible; ([A-Za-z]+)/.exec(version)?.[1] ?? 'unknown';
}

function limitsOf(instance: Instance, quirks: Quirks): InstanceLimits {
  const statuses = instance.configuration?.statuses;
  const media = instance.configuration?.media_attachments;
  return {
    characters: statuses?.max_characters ?? instance.max_toot_chars ?? quirks.defaults.characters,
    charactersPerUrl: statuses?.characters_reserved_per_url ?? 23,
    media: statuses?.max_media_attachments ?? quirks.defaults.media,
    altCharacters: media?.description_limit ?? instance.description_limit ?? quirks.defaults.altCharacters,
    imageBytes: media?.image_size_limit ?? instance.upload_limit ?? null,
    imagePixels: media?.image_matrix_limit ?? null,
    videoBytes: media?.video_size_limit ?? instance.upload_limit ?? null,
    filmPixels: media?.video_matrix_limit ?? null,
    framesPerSecond: media?.video_frame_rate_limit ?? null,
    mimeTypes: media?.supported_mime_types ?? null,
    polls: quirks.polls ? pollLimits(instance, quirks.defaults.polls) : null,
  };
}

function pollLimits({ configuration, poll_limits: own }: Instance, defaults: PollLimits): PollLimits | null {
  const polls = configuration?.polls;
  const options = polls?.max_options ?? own?.max_options ?? defaults.options;
  if (options < 2) return null;
  return {
    options,
    characters: polls?.max_characters_per_option ?? own?.max_option_chars ?? defaults.characters,
    least: polls?.min_expiration ?? own?.min_expiration ?? defaults.least,
    most: polls?.max_expiration ?? own?.max_expiration ?? defaults.most,
  };
}

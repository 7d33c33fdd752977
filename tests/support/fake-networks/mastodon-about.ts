import type { World } from './world.ts';

export function nodeinfo({ model }: World) {
  return {
    version: '2.0',
    software: { name: model.software, version: model.version },
    protocols: ['activitypub'],
  };
}

export function instanceV2({ model }: World, origin: string) {
  return { domain: new URL(origin).host, version: model.version, configuration: configuration(model) };
}

export function instanceV1({ model }: World, origin: string) {
  const { polls, limits, says } = model;
  const about = {
    uri: new URL(origin).host,
    version: model.version,
    max_toot_chars: says.characters,
  };
  // lib/pleroma/web/mastodon_api/views/instance_view.ex: its own names, and none of Mastodon's.
  if (model.refuses === 'pleroma')
    return {
      ...about,
      poll_limits: polls && {
        max_options: polls.options,
        max_option_chars: polls.characters,
        min_expiration: polls.least,
        max_expiration: polls.most,
      },
      upload_limit: limits.imageBytes,
      description_limit: says.alt,
    };
  return { ...about, configuration: configuration(model) };
}

function configuration({ limits, polls, says, refuses }: World['model']) {
  const told = (value: number | undefined, otherwise: number) =>
    value !== undefined && Number.isFinite(value) ? value : otherwise;
  // Where Hollo keeps no limit it tells these.
  const poll = polls ?? { options: 0, characters: 0, least: 0, most: 0 };
  return {
    statuses: {
      max_characters: says.characters,
      max_media_attachments: says.media,
      characters_reserved_per_url: says.perUrl,
    },
    media_attachments: {
      ...(limits.types.some((type) => type.endsWith('/')) ? {} : { supported_mime_types: limits.types }),
      ...(says.alt === null ? {} : { description_limit: says.alt }),
      image_size_limit: told(limits.imageBytes, 32 * 1024 * 1024),
      image_matrix_limit: limits.imagePixels ?? 16_777_216,
      video_size_limit: told(limits.videoBytes, 128 * 1024 * 1024),
    },
    polls: {
      max_options: told(poll.options, 10),
      max_characters_per_option: told(poll.characters, 100),
      min_expiration: told(poll.least, 300),
      max_expiration: told(poll.most, refuses === 'hollo' ? 14 * 86_400 : 2_629_746),
    },
  };
}

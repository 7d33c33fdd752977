import type { World } from './world.ts';

const types = ['image/jpeg', 'image/png', 'image/gif', 'image/webp', 'video/mp4', 'audio/mpeg'];

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
  return {
    uri: new URL(origin).host,
    version: model.version,
    max_toot_chars: model.limits.characters,
    configuration: configuration(model),
  };
}

function configuration({ limits, polls }: World['model']) {
  return {
    statuses: {
      max_characters: limits.characters,
      max_media_attachments: limits.media,
      characters_reserved_per_url: limits.perUrl,
    },
    media_attachments: {
      supported_mime_types: types,
      description_limit: limits.alt,
      image_size_limit: 16 * 1024 * 1024,
      image_matrix_limit: 33_177_600,
      video_size_limit: 99 * 1024 * 1024,
    },
    polls: {
      max_options: polls ? 4 : 0,
      max_characters_per_option: polls ? 50 : 0,
      min_expiration: polls ? 300 : 0,
      max_expiration: polls ? 2_629_746 : 0,
    },
  };
}

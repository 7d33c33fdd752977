import type { DemoMedia, DemoState, DemoStatus } from './network-state.ts';

/** The demonstration's only account. */
export const owner = { id: '1', username: 'demo', display_name: 'Belfry demonstration' };

/** `GET /api/v2/instance` of an unmodified Mastodon, as far as a client reads it (docs.joinmastodon.org/methods/instance). */
export function instance(address: string) {
  return {
    domain: new URL(address).host,
    title: "Belfry's demonstration",
    version: '4.5.3',
    configuration: {
      statuses: { max_characters: 500, max_media_attachments: 4, characters_reserved_per_url: 23 },
      media_attachments: {
        description_limit: 1500,
        image_size_limit: 16_777_216,
        video_size_limit: 103_809_024,
        supported_mime_types: ['image/jpeg', 'image/png', 'image/gif', 'image/webp'],
      },
    },
  };
}

/** The account as `verify_credentials` gives it. */
export function account(address: string) {
  return {
    ...owner,
    acct: owner.username,
    url: `${address}/`,
    source: { privacy: 'public', language: 'en' },
  };
}

export function mediaAnswer(address: string, file: DemoMedia) {
  const url = `${address}/pictures/${file.id}`;
  return { id: file.id, type: 'image', url, preview_url: url, description: file.alt, meta: {} };
}

export function statusAnswer(address: string, state: DemoState, status: DemoStatus) {
  const url = `${address}/#${status.id}`;
  return {
    id: status.id,
    uri: url,
    url,
    created_at: new Date(status.at).toISOString(),
    in_reply_to_id: status.replyTo,
    sensitive: status.sensitive,
    spoiler_text: status.warning,
    visibility: status.visibility,
    content: `<p>${escapeHtml(status.text)}</p>`,
    poll: status.poll && { id: status.id, options: status.poll.map((title) => ({ title, votes_count: 0 })) },
    application: { name: 'Belfry', website: null },
    account: account(address),
    media_attachments: status.media.flatMap((id) => {
      const file = state.media.get(id);
      return file ? [mediaAnswer(address, file)] : [];
    }),
  };
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`).replaceAll('\n', '<br>');
}

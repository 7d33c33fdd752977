import type { Poll } from '../../../../shared/index.ts';
import type { Attempt } from '../../ports.ts';
import type { Draft } from '../adapter.ts';
import type { Body } from '../http.ts';
import type { Quirks } from './quirks.ts';

/** The JSON of `POST /api/v1/statuses`: only fields that the server knows, never `scheduled_at` (networks.md §1.8). */
export function statusBody(draft: Draft, attempt: Attempt, quirks: Quirks): Record<string, unknown> {
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
export function formOf(fields: Record<string, unknown>): Extract<Body, { form: unknown }> {
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

import { attentionOf, type Bridge, type CallOutput, type WireError } from '../shared/index.ts';
import type { Health } from './api/index.ts';

/**
 * What /healthz says (design §8): whether the engine can do its work, and if not, why; the same that `belfry status` shows.
 * What waits for the user is told beside it, and is no sickness: a supervisor must not restart an engine for a sign-in.
 */
export async function readHealth(bridge: Bridge, version: string): Promise<Health> {
  const answer = await bridge.call('status.get', {});
  const status = answer.ok ? (answer.value as CallOutput<'status.get'>) : undefined;
  const trouble: WireError[] = answer.ok ? (status?.trouble ?? []) : [answer.error];
  const needsYou = status && attentionOf(status);
  if (trouble.length === 0) return { ok: true, version, needsYou };
  const reasons = trouble.map(({ code, message }) => ({ code, message }));
  return { ok: false, version, reasons, ...(needsYou && { needsYou }) };
}

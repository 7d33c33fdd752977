import type { Bridge, CallOutput, WireError } from '../shared/index.ts';
import type { Health } from './api/index.ts';

/** What /healthz says (design §8): whether the engine can do its work, and if not, why; the same that `belfry status` shows. */
export async function readHealth(bridge: Bridge, version: string): Promise<Health> {
  const answer = await bridge.call('status.get', {});
  const trouble: WireError[] = answer.ok
    ? (answer.value as CallOutput<'status.get'>).trouble
    : [answer.error];
  if (trouble.length === 0) return { ok: true, version };
  return { ok: false, version, reasons: trouble.map(({ code, message }) => ({ code, message })) };
}

import { z } from 'zod';
import type { Millis } from '../../../shared/index.ts';

const appSchema = z
  .object({ call_count: z.number(), total_time: z.number(), total_cputime: z.number() })
  .partial();
const businessSchema = z.record(
  z.string(),
  z.array(appSchema.extend({ estimated_time_to_regain_access: z.number().optional() })),
);

const minute = 60_000;
/** The app-wide limit is per hour and names no end; a quarter of it is a fair wait. */
const appWaitMs = 15 * minute;

/** When the rate headers of Meta let us go on (networks.md §4.4: percent, and minutes to wait); null when they do not hold us. */
export function usageUntil(headers: Headers, now: Millis): Millis | null {
  if (!headers.has('x-app-usage') && !headers.has('x-business-use-case-usage')) return null;
  const app = appSchema.safeParse(parsed(headers.get('x-app-usage'))).data ?? {};
  const business = businessSchema.safeParse(parsed(headers.get('x-business-use-case-usage'))).data ?? {};
  const waits = Object.values(business)
    .flat()
    .map((use) => (use.estimated_time_to_regain_access ?? 0) * minute);
  const full = [app.call_count, app.total_time, app.total_cputime].some((percent) => (percent ?? 0) >= 100);
  const wait = Math.max(0, full ? appWaitMs : 0, ...waits);
  return wait === 0 ? null : now + Math.min(wait, 24 * 60 * minute);
}

function parsed(text: string | null): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined; // No header, or rubbish in it: it does not hold us.
  }
}

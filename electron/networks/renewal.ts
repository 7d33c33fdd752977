import type { Millis } from '../../shared/index.ts';
import type { Credential, RenewalRule } from './sign-in.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** Renewed this long before the end, or at half of a shorter life: weeks in which a failed renewal can be tried again. */
const marginMs = 30 * day;
/** From here on the owner is told of an end that nothing prevents. */
const warnMs = 14 * day;

type Rule = RenewalRule | undefined;

/** Whether to renew it now. */
export function renewalDue(credential: Credential, rule: Rule, now: Millis): boolean {
  if (!rule?.isPossible(credential) || credential.renewalRefused !== null) return false;
  const { expiresAt, obtainedAt } = credential;
  if (obtainedAt !== null && now - obtainedAt < rule.fromAgeMs) return false;
  if (expiresAt === null) return rule.tellsEnd;
  if (rule.onlyInForce && expiresAt <= now) return false;
  const life = obtainedAt === null ? Number.POSITIVE_INFINITY : expiresAt - obtainedAt;
  return expiresAt - now <= Math.min(marginMs, life / 2);
}

/** Whether it is about to end, so that even one request should not begin with it; for tokens that live for hours. */
export function renewalUrgent(credential: Credential, rule: Rule, now: Millis): boolean {
  const { expiresAt } = credential;
  return expiresAt !== null && expiresAt - now <= 2 * minute && renewalDue(credential, rule, now);
}

/** A sentence when the credential works and will end for want of its owner; null when there is nothing to do. */
export function endingSoon(credential: Credential, rule: Rule, now: Millis): string | null {
  const { expiresAt, renewalRefused } = credential;
  if (expiresAt === null || (rule?.isPossible(credential) && renewalRefused === null)) return null;
  if (expiresAt - now > warnMs && renewalRefused === null) return null;
  const end = `Its token ends on ${new Date(expiresAt).toISOString().slice(0, 10)}`;
  const why = renewalRefused === null ? 'cannot be renewed' : `was not renewed: ${bare(renewalRefused)}`;
  return `${end} and ${why}. Sign in again before.`;
}

function bare(sentence: string): string {
  return sentence.trim().replace(/\.$/, '');
}

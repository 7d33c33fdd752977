import type { Millis } from '../../shared/index.ts';
import type { Credential } from '../networks/index.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** Renewed this long before the end, or at half of a shorter life: weeks in which a failed renewal can be tried again. */
const marginMs = 30 * day;
/** Instagram renews tokens from 24 hours of age on (networks.md §3.7). */
const youngestMs = 25 * hour;
/** From here on the owner is told of an end that nothing prevents. */
const warnMs = 14 * day;

/** Whether the credential is of a kind that Belfry can renew by itself. */
export function isRenewable(credential: Credential): boolean {
  if (credential.kind === 'instagram') return true;
  return credential.kind === 'oauth' && credential.refreshToken !== null && credential.client !== null;
}

/** Whether to renew it now. An Instagram token of unknown end is renewed once, which tells its end. */
export function renewalDue(credential: Credential, now: Millis): boolean {
  if (!isRenewable(credential) || credential.renewalRefused !== null) return false;
  const { kind, expiresAt, obtainedAt } = credential;
  if (kind === 'instagram') {
    const oldEnough = obtainedAt === null || now - obtainedAt >= youngestMs;
    if (!oldEnough || (expiresAt !== null && expiresAt <= now)) return false;
    if (expiresAt === null) return true;
  }
  if (expiresAt === null) return false;
  const life = obtainedAt === null ? Number.POSITIVE_INFINITY : expiresAt - obtainedAt;
  return expiresAt - now <= Math.min(marginMs, life / 2);
}

/** Whether it is about to end, so that even one request should not begin with it; for tokens that live for hours. */
export function renewalUrgent(credential: Credential, now: Millis): boolean {
  const { expiresAt } = credential;
  return expiresAt !== null && expiresAt - now <= 2 * minute && renewalDue(credential, now);
}

/** A sentence when the credential works and will end for want of its owner; null when there is nothing to do. */
export function endingSoon(credential: Credential, now: Millis): string | null {
  const { expiresAt, renewalRefused } = credential;
  if (expiresAt === null || (isRenewable(credential) && renewalRefused === null)) return null;
  if (expiresAt - now > warnMs && renewalRefused === null) return null;
  const end = `Its token ends on ${new Date(expiresAt).toISOString().slice(0, 10)}`;
  const why = renewalRefused === null ? 'cannot be renewed' : `was not renewed: ${bare(renewalRefused)}`;
  return `${end} and ${why}. Sign in again before.`;
}

function bare(sentence: string): string {
  return sentence.trim().replace(/\.$/, '');
}

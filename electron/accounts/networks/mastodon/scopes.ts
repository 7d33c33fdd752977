import { z } from 'zod';
import type { Network } from '../../../../shared/index.ts';
import { askJson, type RequestNeeds } from '../../request.ts';

/** Pixelfed knows only the coarse ones (networks.md §2.1). */
const coarse = 'read write';
/** What publishing and looking up need, and no more (networks.md §1.2). */
const fine = (who: 'profile' | 'read:accounts') => `${who} read:statuses write:statuses write:media`;

const metadataSchema = z.object({ scopes_supported: z.array(z.string()) });
const instanceSchema = z.object({ version: z.string() });

/**
 * The scopes to ask this server for: by its own list (RFC 8414; Mastodon 4.3, GoToSocial), else by its software.
 * Throws NETWORK_UNREACHABLE.
 */
export async function scopesFor(
  needs: RequestNeeds,
  network: Network,
  server: string,
  signal: AbortSignal,
): Promise<string> {
  if (network === 'pixelfed') return coarse;
  const metadata = await askJson(needs, { url: `${server}/.well-known/oauth-authorization-server`, signal });
  const listed = metadata.status === 200 ? metadataSchema.safeParse(metadata.json).data : undefined;
  if (listed) return scopesOf(listed.scopes_supported);
  const instance = await askJson(needs, { url: `${server}/api/v1/instance`, signal });
  const version = instanceSchema.safeParse(instance.json).data?.version ?? '';
  return /pixelfed/i.test(version) ? coarse : fine('read:accounts');
}

function scopesOf(listed: readonly string[]): string {
  if (!listed.includes('write:statuses')) return coarse;
  return fine(listed.includes('profile') ? 'profile' : 'read:accounts');
}

import type { PastChoice, PostChanges, PostMove } from '../../../shared/index.ts';
import type { Api } from '../../api/api.ts';
import { CallError } from '../../api/call-error.ts';

/** What is done to many posts. */
export type Bulk = { kind: 'cancel' } | { kind: 'retry' } | { kind: 'move'; to: PostMove; past?: PastChoice };

/** Posts that are meant; with `account`, only what is on its way there. */
export type BulkSelection = { ids: readonly string[]; account?: string | undefined };

export type BulkPreview = {
  posts: PostChanges['posts'];
  /** Posts for which it cannot be done, each with the reason. */
  blocked: readonly { id: string; why: string }[];
};

/** Shows what would change; posts that cannot take it are listed instead of stopping the others. */
export async function previewBulk(api: Api, bulk: Bulk, select: BulkSelection): Promise<BulkPreview> {
  try {
    return { posts: (await callBulk(api, bulk, select, true)).posts, blocked: [] };
  } catch (error) {
    const blocked = blockedIn(error, select.ids);
    if (blocked.length === 0) throw error;
    const names = new Set(blocked.map(({ id }) => id));
    const ids = select.ids.filter((id) => !names.has(id));
    if (ids.length === 0) return { posts: [], blocked };
    return { posts: (await callBulk(api, bulk, { ...select, ids }, true)).posts, blocked };
  }
}

/** Does it to all of them, or to none. */
export function doBulk(api: Api, bulk: Bulk, select: BulkSelection): Promise<PostChanges> {
  return callBulk(api, bulk, select, false);
}

function callBulk(api: Api, bulk: Bulk, { ids, account }: BulkSelection, dryRun: boolean) {
  const select = { ids: [...ids], ...(account ? { account } : {}) };
  switch (bulk.kind) {
    case 'cancel':
      return api.call('posts.cancelAll', { select, dryRun });
    case 'retry':
      return api.call('posts.retryAll', { select, dryRun });
    case 'move':
      return api.call('posts.moveAll', {
        select,
        dryRun,
        to: bulk.to,
        ...(bulk.past ? { past: bulk.past } : {}),
      });
  }
}

/** The engine names each post that stands in the way by its place in the selection. */
function blockedIn(error: unknown, ids: readonly string[]): { id: string; why: string }[] {
  if (!(error instanceof CallError) || error.code !== 'CONFLICT') return [];
  return error.details.flatMap(({ field, message }) => {
    const [, index] = /^select\.ids\[(\d+)\]$/.exec(field) ?? [];
    const id = index === undefined ? undefined : ids[Number(index)];
    return id === undefined ? [] : [{ id, why: message }];
  });
}

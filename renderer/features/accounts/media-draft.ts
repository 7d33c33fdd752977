import { type AccountMediaView, accountMediaInputSchema, check } from '../../../shared/index.ts';

/** The form for an account's media as typed; without the bucket's key, which is never kept. */
export type MediaDraft = {
  fit: 'default' | 'refuse' | 'pad' | 'crop';
  via: 'given' | 'account' | 'bucket';
  account: string;
  endpoint: string;
  bucket: string;
  region: string;
  prefix: string;
  publicUrl: string;
  /** Days; empty: never. */
  removeAfterDays: string;
};
export type KeyDraft = { keyId: string; secret: string };

/** The form for what was chosen before. */
export function draftOfMedia({ media: { host, fit } }: AccountMediaView): MediaDraft {
  const bucket = host?.via === 'bucket' ? host : undefined;
  return {
    fit: fit ?? 'default',
    via: host?.via ?? 'given',
    account: host?.via === 'account' ? host.account : '',
    endpoint: bucket?.endpoint ?? '',
    bucket: bucket?.bucket ?? '',
    region: bucket?.region ?? 'auto',
    prefix: bucket?.prefix ?? 'belfry/',
    publicUrl: bucket?.publicUrl ?? '',
    removeAfterDays: bucket ? String(bucket.removeAfterDays ?? '') : '7',
  };
}

/** What the form means, checked. */
export function readMedia(id: string, draft: MediaDraft, key: KeyDraft) {
  const { fit, via, account, endpoint, bucket, region, prefix, publicUrl, removeAfterDays } = draft;
  const days = removeAfterDays.trim() === '' ? null : Number(removeAfterDays);
  const hosts = {
    given: undefined,
    account: { via, account },
    bucket: { via, endpoint, bucket, region, prefix, publicUrl, removeAfterDays: days },
  };
  const host = hosts[via];
  const hasKey = via === 'bucket' && (key.keyId !== '' || key.secret !== '');
  return check(accountMediaInputSchema, {
    id,
    media: { ...(host && { host }), ...(fit !== 'default' && { fit }) },
    ...(hasKey && { key }),
  });
}

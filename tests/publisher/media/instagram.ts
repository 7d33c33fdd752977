import { expect } from 'vitest';
import type { AccountMedia, PostDraft } from '../../../shared/index.ts';
import type { FakeBucket } from '../../support/fake-bucket.ts';
import type { ModelName } from '../../support/fake-networks/index.ts';
import { createStage, type Stage } from '../../support/publishing.ts';

export const bucketOf = (bucket: FakeBucket, more: object = {}): AccountMedia => ({
  host: {
    via: 'bucket',
    endpoint: bucket.address,
    bucket: 'pictures',
    region: 'auto',
    prefix: 'belfry/',
    publicUrl: 'https://bucket.example/pictures',
    removeAfterDays: 7,
    ...more,
  },
});

export async function instagram(media?: AccountMedia, models: ModelName[] = ['instagram']) {
  const stage = await createStage({ models });
  if (media) stage.accountMedia.set('instagram', media);
  const world = stage.networks.get('instagram')?.world ?? expect.fail('no Instagram');
  const add = (post: Partial<PostDraft>) => stage.add({ text: 'a', accounts: ['instagram'], ...post });
  return { stage, world, add };
}

export const target = async (stage: Stage, id: string) => (await stage.publisher.get(id))?.targets[0];

export const containers = (stage: Stage) =>
  stage.network.requests
    .filter(({ method, path }) => method === 'POST' && path.endsWith('/media'))
    .map(({ asked }) => asked.fields);

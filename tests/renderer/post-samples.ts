import type { PostView, TargetStatus } from '../../shared/index.ts';
import { sampleAccount, samplePost, sampleTarget } from '../support/window/sample.ts';

const ada = sampleAccount({ id: 'ada' });

const insta = sampleAccount({
  id: 'insta',
  network: 'instagram',
  server: 'https://graph.instagram.com',
  handle: 'town_gazette',
});

export const accounts = [ada, insta];

const day = 86_400_000;

const start = Date.now();

export const at = (days: number) => new Date(start + days * day).toISOString();

export const post = (id: string, status: TargetStatus, some: Partial<PostView> = {}) =>
  samplePost({
    id,
    text: `Post ${id}`,
    publishAt: at(1),
    targets: [sampleTarget({ account: 'ada', status, dueAt: at(1) })],
    ...some,
  });

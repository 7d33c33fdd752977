import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { postHandlers } from '../../electron/api/handlers/posts.ts';
import { type PostDraft, type PostView, parse, postInputSchema, settingsSchema } from '../../shared/index.ts';
import { temporaryHome } from '../support/home.ts';
import { createStage } from '../support/publishing.ts';
import { serve } from './engine.ts';
import { belfry } from './terminal.ts';

/** A command line in front of a real publisher with its database. */
export async function opened() {
  const stage = await createStage({ models: ['mastodon-4.5', 'gotosocial'] });
  const { publisher, home } = stage;
  const nothing = async () => expect.fail('not asked for here');
  const plans = {
    add: (post: PostDraft, from: { source: PostView['source'] }) =>
      publisher.add(parse(postInputSchema, post, 'a test'), from),
    queues: { list: nothing, move: nothing, shuffle: nothing },
    series: {
      list: nothing,
      get: nothing,
      zones: nothing,
      add: nothing,
      set: nothing,
      pause: nothing,
      resume: nothing,
      remove: nothing,
      skip: nothing,
    },
  };
  const handlers = postHandlers({ posts: publisher, plans });
  await serve({ ...handlers, 'settings.get': async () => settingsSchema.parse({}) }, {}, home);
  const folder = temporaryHome();
  const run = (args: string[], input: string | Uint8Array = '') =>
    belfry(['--home', home, 'posts', ...args], { input, folder, timezone: 'Europe/Berlin' });
  const file = (name: string, text: string | Uint8Array) => {
    const path = join(folder, name);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, text);
    return name;
  };
  const all = () => publisher.list({ limit: 1000, order: 'soonest' });
  return { stage, run, file, folder, all };
}

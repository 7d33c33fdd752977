import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { templates } from '../../electron/templates/index.ts';
import type { RunView } from '../../shared/index.ts';
import { temporaryHome } from '../support/home.ts';
import { openRunner } from './support.ts';

const standIn = fileURLToPath(new URL('../support/heritage', import.meta.url));
const template = templates.find(({ id }) => id === 'content-pipeline');
const hasPython = spawnSync('python3', ['--version']).status === 0;

/** The template as a user has it who has pointed its workspace at the Social Media Manager. */
async function openPipelines() {
  const home = temporaryHome();
  cpSync(standIn, join(home, 'social-media-manager'), { recursive: true });
  const [workspace] = template?.workspaces ?? [];
  const command = ['python3', ...(workspace?.command.slice(1) ?? [])];
  const belfry = await openRunner(
    [...(template?.jobs ?? [])],
    {
      workspace: (id) => (workspace && id === workspace.id ? { ...workspace, command } : undefined),
      environment: async () => ({ PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '' }),
    },
    home,
  );
  const printed = async (run: RunView) =>
    (await belfry.reader.output({ id: run.id, limit: 100, tail: false }))
      .filter(({ stream }) => stream === 'stdout')
      .map(({ text }) => text);
  return { ...belfry, printed, state: join(home, 'social-media-manager', 'state') };
}

describe.skipIf(!hasPython)('the six pipelines of the Social Media Manager (needs python3)', () => {
  test('all of them run as the old scheduler ran them, each step after the other', {
    timeout: 60_000,
  }, async () => {
    const belfry = await openPipelines();
    const printed: Record<string, string[]> = {};
    for (const job of template?.jobs ?? []) {
      const run = await belfry.run(job.id);
      expect(run.status, `${job.id}: ${run.reason}`).toBe('success');
      printed[job.id] = await belfry.printed(run);
    }
    expect(printed).toEqual({
      news_pipeline: [
        'Philadelphia: headline',
        'Philadelphia: item 1',
        'Philadelphia: item 2',
        '0 duplicates removed, 3 kept',
      ],
      trends_pipeline: ['Philadelphia: headline', 'Philadelphia: item 1', 'Philadelphia: item 2'],
      ungrounded_pipeline: ['3 ideas'],
      planning_pipeline: ['insights stored', 'planned at try 1', '3 posts created'],
      facebook_publishing: ['3 posts published to facebook'],
      instagram_publishing: ['3 posts published to instagram'],
    });
    const again = await belfry.run('news_pipeline');
    expect((await belfry.printed(again)).at(-1)).toBe('1 duplicates removed, 5 kept');
  });

  test('the planner tries three times more; when it gives up, no content is made, and the run resumes there', async () => {
    const belfry = await openPipelines();
    mkdirSync(belfry.state);
    writeFileSync(join(belfry.state, 'planner-failures.json'), '[4]');
    const failed = await belfry.run('planning_pipeline');
    expect(failed.reason).toMatch(/^Step "Planner" failed: It ended with exit code 1: .* no plan$/);
    expect(failed.steps.map((step) => step.status)).toEqual(['success', 'failed', 'skipped']);
    writeFileSync(join(belfry.state, 'planner-failures.json'), '[3]');
    const resumed = await belfry.end((await belfry.runner.resume(failed.id)).id);
    expect(await belfry.printed(resumed)).toEqual(['planned at try 4', '3 posts created']);
  });

  test('a topic given by hand takes the place of the usual one', async () => {
    const belfry = await openPipelines();
    const run = await belfry.run('trends_pipeline', {
      parameters: { args: ['--topic', 'Camden', '--count', '1'], env: {} },
    });
    expect(await belfry.printed(run)).toEqual(['Camden: headline']);
  });
});

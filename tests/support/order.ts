import type { TestSequencer, TestSpecification } from 'vitest/node';

/**
 * The test files that cost most, in the order in which they are best begun, after those on a real desktop. The last two start
 * hundreds of processes and leave no core to others: by then the desktops are gone.
 */
export const heavy: readonly string[] = [
  'renderer/every-page',
  'renderer/composer-window',
  'renderer/posts-window',
  'renderer/plans-window',
  'renderer/runs-window',
  'runner/hostile',
  'toy-network',
  'renderer/window',
  'runner/waiting',
  'publisher/conformance',
  'renderer/post-outcomes-window',
  'renderer/sign-in',
  'renderer/jobs-window',
  'renderer/zones-window',
  'engine-week',
  'runner/helper/starter',
  'runner/heritage',
  'runner/helper/chaos',
  'planner/kills',
  'runner/runs',
  'runner/orphans',
  'cli/process',
  'examples/feed-pipeline',
  'store/chaos',
  'publisher/chaos',
  'publisher/fail-points',
];

/**
 * Which test file begins when: what takes long comes first, so that no core is left idle at the end. Vitest knows that by
 * itself only where it has run before.
 */
export class LongestFirst implements TestSequencer {
  shard(files: TestSpecification[]): TestSpecification[] {
    return files;
  }

  sort(files: TestSpecification[]): TestSpecification[] {
    return files.toSorted((a, b) => rank(a) - rank(b));
  }
}

function rank({ project, moduleId }: TestSpecification): number {
  if (project.name === 'e2e') return -1;
  const place = heavy.findIndex((name) => moduleId.includes(`/tests/${name}.test.`));
  return place < 0 ? heavy.length : place;
}

import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';
import { noncePlaceholder } from './shared/page-policy.ts';
import { LongestFirst } from './tests/support/order.ts';

const test = {
  environment: 'node' as const,
  // What Belfry keeps outside of homes must not come among that of the person who runs the tests.
  env: {
    TZ: 'America/New_York',
    XDG_STATE_HOME: join(tmpdir(), 'belfry-test-state'),
    // Many tests start our programs: Node compiles each of their files once, and not for every process.
    NODE_COMPILE_CACHE: fileURLToPath(new URL('.cache/compiled', import.meta.url)),
  },
  // Only what hangs is to fail by time: a busy machine takes its time, to start a process too.
  testTimeout: 240_000,
  hookTimeout: 240_000,
  expect: { poll: { timeout: 90_000 } },
  // A test that fails now and then is a mistake of the test or of Belfry, and another try would hide it.
  retry: 0,
};

/** The window's build, and the test projects; main, preload, headless and cli are built by electron/dev/build.mjs. */
export default defineConfig({
  root: 'renderer',
  base: './',
  plugins: [react()],
  html: { cspNonce: noncePlaceholder },
  build: {
    outDir: '../dist/renderer',
    emptyOutDir: true,
    target: 'chrome114',
    sourcemap: false,
    rolldownOptions: {
      // zod is set up in the file that it comes in, before any other file makes a schema.
      output: { codeSplitting: { groups: [{ name: 'zod', test: /node_modules\/zod\/|zod-config/ }] } },
    },
  },
  test: {
    root: '.',
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          ...test,
          name: 'unit',
          include: ['tests/**/*.test.ts', 'tests/**/*.test.tsx'],
          exclude: ['tests/e2e/**'],
          // The files of a worker share the modules of Belfry, which keep no state: loading them costs more than most tests.
          isolate: false,
        },
      },
      {
        test: {
          ...test,
          name: 'e2e',
          include: ['tests/e2e/**/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});

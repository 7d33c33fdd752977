import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { engineModules, layers, pureFiles, type Sources, violations } from './support/layers.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

function realSources(): Sources {
  const names = ['shared', 'electron', 'renderer'].flatMap((folder) =>
    readdirSync(`${root}${folder}`, { recursive: true, encoding: 'utf8' })
      .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
      .filter((name) => /\.tsx?$/.test(name) && !name.startsWith('electron/dev/')),
  );
  return Object.fromEntries(names.map((name) => [name, readFileSync(root + name, 'utf8')]));
}

test('the code keeps to the rules of design §2', () => {
  expect(violations(realSources())).toEqual([]);
});

test('the tables speak of code that is there', () => {
  const files = Object.keys(realSources());
  const unused = [...layers.map((layer) => layer.files), ...pureFiles].filter(
    (rule) => !files.some((file) => rule.test(file)),
  );
  expect(unused).toEqual([]);
});

describe('what is allowed', () => {
  test.each<Sources>([
    { 'electron/scheduler/a.ts': "import { x } from './b.ts'; import { y } from '../../shared/index.ts';" },
    { 'electron/store/a.ts': "import type { Ledger } from '../publisher/ports.ts';" },
    { 'electron/store/a.ts': "import { type Ledger } from '../runner/index.ts';" },
    { 'electron/app.ts': "import { a } from './runner/index.ts'; import { b } from './store/index.ts';" },
    { 'electron/api/a.ts': "import type { Runner } from '../runner/index.ts';" },
    { 'electron/shell/a.ts': "import { app } from 'electron'; import Store from 'electron-store';" },
    { 'electron/main.ts': "import { app } from 'electron';" },
    { 'electron/networks/a.ts': "export const a = (n: string) => n === 'pixelfed';" },
    { 'electron/publisher/a.ts': "import { a } from '../networks/index.ts';" },
    { 'electron/accounts/a.ts': "import { a } from '../networks/index.ts';" },
    {
      'electron/runner/a.ts':
        "import { execa } from 'execa'; import fs from 'node:fs'; setTimeout(() => process.pid, 1);",
    },
    {
      'renderer/features/a.tsx':
        "import { useState } from 'react'; import { z } from '../../shared/index.ts'; import './a.css';",
    },
    {
      'shared/a.ts': "import { z } from 'zod'; const at = new Date(5); const a = { process: 1 }; a.process;",
    },
  ])('%o', (sources) => {
    expect(violations(sources)).toEqual([]);
  });
});

describe('what is caught', () => {
  test.each<[string, Sources, RegExp]>([
    ['a package in shared', { 'shared/a.ts': "import _ from 'lodash';" }, /shared may not import lodash/],
    [
      'a Node module in shared',
      { 'shared/a.ts': "import { readFileSync } from 'fs';" },
      /shared may not import node:fs/,
    ],
    [
      'shared looking at the engine',
      { 'shared/a.ts': "import type { A } from '../electron/store/index.ts';" },
      /shared may not import electron/,
    ],
    [
      'the window looking at the engine',
      { 'renderer/a.tsx': "import { a } from '../electron/store/index.ts';" },
      /renderer may not import electron\/store/,
    ],
    [
      'the window using Electron',
      { 'renderer/a.tsx': "import { ipcRenderer } from 'electron';" },
      /renderer may not import electron/,
    ],
    [
      'the window using Node',
      { 'renderer/a.tsx': "import path from 'path';" },
      /renderer may not import node:path/,
    ],
    [
      'the window going past the interface of shared',
      { 'renderer/a.tsx': "import { a } from '../shared/job.ts';" },
      /renderer may not import shared\/job\.ts/,
    ],
    ...engineModules.map((name): [string, Sources, RegExp] => [
      `Electron in ${name}`,
      { [`electron/${name}/a.ts`]: "import { app } from 'electron';" },
      new RegExp(`${name} may not import electron`),
    ]),
    [
      'electron-store in the store',
      { 'electron/store/a.ts': "import Store from 'electron-store';" },
      /may not import electron-store/,
    ],
    [
      'electron/main as well',
      { 'electron/api/a.ts': "import { app } from 'electron/main';" },
      /may not import electron\/main/,
    ],
    [
      'a module in another module',
      { 'electron/runner/a.ts': "import { a } from '../scheduler/index.ts';" },
      /runner may not import electron\/scheduler\/index\.ts/,
    ],
    [
      'past the index of networks',
      { 'electron/publisher/a.ts': "import { a } from '../networks/http.ts';" },
      /publisher may not import electron\/networks\/http\.ts/,
    ],
    [
      'networks in another module',
      { 'electron/scheduler/a.ts': "import { a } from '../networks/index.ts';" },
      /scheduler may not import electron\/networks\/index\.ts/,
    ],
    [
      'a type past the interface of another module',
      { 'electron/runner/a.ts': "import type { A } from '../scheduler/ports.ts';" },
      /runner may not import electron\/scheduler\/ports\.ts/,
    ],
    [
      'more than types in the store',
      { 'electron/store/a.ts': "import { a } from '../publisher/ports.ts';" },
      /store may not import electron\/publisher\/ports\.ts/,
    ],
    [
      'a file behind an interface',
      { 'electron/app.ts': "import { a } from './runner/retry.ts';" },
      /composition may not import electron\/runner\/retry\.ts/,
    ],
    [
      'what the helper would have to load',
      { 'electron/runner/helper/program.ts': "import { a } from '../processes.ts';" },
      /the helper may not import electron\/runner\/processes\.ts/,
    ],
    [
      'a module composing',
      { 'electron/api/a.ts': "import { createBelfry } from '../belfry.ts';" },
      /api may not import electron\/belfry\.ts/,
    ],
    [
      'Electron in the headless host',
      { 'electron/headless.ts': "import { app } from 'electron';" },
      /composition may not import electron/,
    ],
    [
      'a dynamic import',
      { 'electron/runner/a.ts': "const a = await import('../store/index.ts');" },
      /runner may not import electron\/store/,
    ],
    [
      'a re-export',
      { 'electron/runner/index.ts': "export { a } from '../store/index.ts';" },
      /runner may not import electron\/store/,
    ],
    [
      'a re-export of everything',
      { 'electron/runner/index.ts': "export * from '../store/index.ts';" },
      /runner may not import electron\/store/,
    ],
    [
      'a type by import()',
      { 'electron/runner/a.ts': "type A = import('../store/database.ts').A;" },
      /runner may not import electron\/store/,
    ],
    [
      'require',
      { 'electron/runner/a.ts': "const a = require('electron');" },
      /runner may not import electron/,
    ],
    [
      'an import over several lines',
      { 'electron/runner/a.ts': "import {\n  a,\n  // '\n  b,\n} from\n  '../store/index.ts';" },
      /a\.ts:1: runner may not import/,
    ],
    [
      'a default export',
      { 'electron/runner/a.ts': 'export default function a() {}' },
      /a\.ts:1: has a default export/,
    ],
    ['a module of no layer', { 'electron/attic/a.ts': '' }, /belongs to no layer/],
    ['a file that is broken', { 'shared/a.ts': 'const = 1' }, /cannot be parsed/],
    [
      'a branch on the name of a network',
      { 'electron/runner/a.ts': "export const a = (n: string) => n === 'pixelfed';" },
      /a\.ts:1: decides by the name of a network, 'pixelfed'/,
    ],
    [
      'one the other way round, in the window',
      { 'renderer/a.tsx': "export const a = (n: string) => 'facebook' !== n;" },
      /decides by the name of a network, 'facebook'/,
    ],
    [
      'a case of one',
      { 'electron/api/a.ts': "export function a(n: string) { switch (n) { case 'instagram': return 1; } }" },
      /decides by the name of a network, 'instagram'/,
    ],
    [
      'a list of some',
      { 'shared/a.ts': "export const a = (n: string) => ['mastodon', 'pixelfed'].includes(n);" },
      /decides by the name of a network, 'mastodon'/,
    ],
    [
      'a cycle of two',
      { 'shared/a.ts': "import './b.ts';", 'shared/b.ts': "import './a.ts';" },
      /cycle: shared\/a\.ts -> shared\/b\.ts -> shared\/a\.ts/,
    ],
    [
      'a file that imports itself',
      { 'shared/a.ts': "import './a.ts';" },
      /cycle: shared\/a\.ts -> shared\/a\.ts/,
    ],
    [
      'a cycle of modules',
      {
        'electron/api/a.ts': "import type { B } from '../store/index.ts';",
        'electron/store/b.ts': "import type { C } from '../api/index.ts';",
      },
      /cycle between modules: api -> store -> api/,
    ],
    [
      'a cycle of types',
      {
        'shared/a.ts': "import type { B } from './b.ts';",
        'shared/b.ts': "import type { A } from './a.ts';",
      },
      /cycle/,
    ],
  ])('%s', (_, sources, complaint) => {
    expect(violations(sources).join('\n')).toMatch(complaint);
  });

  test.each([
    'Date.now()',
    "Date['now']()",
    'const { a } = { a: Date.now };',
    'new Date()',
    'Date()',
    'Math.random()',
    'performance.now()',
    'setTimeout(() => {}, 1)',
    'const timer = setInterval;',
    'setImmediate(() => {})',
    'process.env',
    'const a = { process };',
    'globalThis.process',
    'globalThis.Date.now()',
    'crypto.randomUUID()',
    "import { randomUUID } from 'node:crypto';",
    "fetch('x')",
    "import fs from 'node:fs';",
    "import { takeHome } from './owner.ts';",
  ])('%s in a pure file', (code) => {
    expect(violations({ 'electron/store/config.ts': code })).toHaveLength(1);
  });
});

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { beforeAll, expect, onTestFinished } from 'vitest';
import { stale } from '../../../electron/dev/sources.mjs';
import { type ServedWindow, serveWindow } from './serve.ts';
import type { World } from './world.ts';

export { findBrowser } from './browser-path.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
export type OpenWindow = ServedWindow & {
  page: Page;
  /** What the browser complained about: errors, warnings and violations of the content security policy. */
  complaints: string[];
};

let running: Promise<BrowserContext> | undefined;

/**
 * The one browser of all test files of a worker, which ends with the worker. A page stays open in it: a page that is the
 * only one gets a whole window, which costs several times as much as a tab.
 */
async function startBrowser(executablePath: string): Promise<BrowserContext> {
  const args = ['--disable-gpu', '--no-first-run', '--disable-background-networking'];
  if (process.getuid?.() === 0) args.push('--no-sandbox');
  const browser = await chromium.launch({ executablePath, args, handleSIGTERM: false });
  // So Vitest ends a worker. An orderly exit has Playwright end the browser and remove its profile.
  process.once('SIGTERM', () => process.exit());
  const context = await browser.newContext({ timezoneId: 'America/New_York', colorScheme: 'light' });
  // Limits only catch what hangs: a busy machine may take its time, and nothing is measured by it.
  context.setDefaultTimeout(90_000);
  await context.newPage();
  return context;
}

/** Starts the browser for the tests of one file, and builds the window if need be; gives the way to open a window on a world. */
export function windowsIn(
  executablePath: string | undefined,
): (world: World, options?: { at?: string; width?: number }) => Promise<OpenWindow> {
  let context: BrowserContext | undefined;
  beforeAll(async () => {
    if (!executablePath) return;
    running ??= startBrowser(executablePath);
    [context] = await Promise.all([running, buildWindow()]);
  });

  return async (world, { at = '', width = 1200 } = {}) => {
    if (!context) throw new Error('The browser has not been started');
    // What a window stores is taken out after each test: one context does for all.
    const [served, page] = await Promise.all([
      serveWindow(world, join(root, 'dist/renderer')),
      context.newPage(),
    ]);
    const complaints: string[] = [];
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    onTestFinished(async () => {
      await page.evaluate(() => localStorage.clear());
      await page.context().clearCookies();
      await page.close();
      await served.close();
    });
    await page.setViewportSize({ width, height: 700 });
    await page.goto(served.link());
    await page.waitForSelector('h1');
    if (at) await goTo(page, at);
    return { ...served, page, complaints };
  };
}

/** Serves the window at the port of one that was closed, as a restarted engine does. */
export async function serveBuilt(
  world: World,
  port: number,
  sessionFile: ServedWindow['sessionFile'],
): Promise<ServedWindow> {
  const served = await serveWindow(world, join(root, 'dist/renderer'), port, sessionFile);
  onTestFinished(served.close);
  return served;
}

/** Goes to a place of the window by its address. */
export async function goTo(page: Page, hash: string): Promise<void> {
  await page.evaluate((to) => {
    window.location.hash = to;
  }, hash);
}

/** Waits until `look` gives what is expected; the browser draws in its own time. */
export function soon<T>(look: () => T | Promise<T>) {
  return expect.poll(look, { timeout: 90_000, interval: 20 });
}

/**
 * Builds the window when it is missing or older than its sources; `npm test` has done that already. In a process of its
 * own: the test's NODE_ENV would give React's slow development build.
 */
async function buildWindow(): Promise<void> {
  if (stale(root, ['renderer']).length === 0) return;
  const env = { ...process.env, NODE_ENV: 'production' };
  await promisify(execFile)(process.execPath, [join(root, 'electron/dev/build.mjs'), 'renderer'], { env });
}

/** What a window asked of the engine by one call, in order. */
export const callsOf = (window: { calls: { name: string; input: unknown }[] }, name: string) =>
  window.calls.filter((call) => call.name === name).map((call) => call.input);

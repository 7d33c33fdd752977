import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';
import { onTestFinished } from 'vitest';

const candidates = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** A real browser without a window, closed when the test ends; `BELFRY_TEST_BROWSER` names another program. */
export async function launchBrowser(): Promise<Browser> {
  const path = process.env['BELFRY_TEST_BROWSER'] ?? candidates.find((candidate) => existsSync(candidate));
  if (!path) throw new Error(`No browser found: ${candidates.join(', ')}`);
  const browser = await chromium.launch({ executablePath: path, args: ['--no-sandbox', '--disable-gpu'] });
  onTestFinished(() => browser.close());
  return browser;
}

// npm run screenshots [-- LOOK… PAGE…]: every page of the window as a picture, light and dark, full and empty, 800 px wide and at 150 % text, in tests/output/screenshots.
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { findBrowser } from '../support/window/browser-path.ts';
import { crowdedWorld, placesOf } from '../support/window/places.ts';
import { serveWindow } from '../support/window/serve.ts';
import { world } from '../support/window/world.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const output = `${root}tests/output/screenshots`;
mkdirSync(output, { recursive: true });

const executablePath = findBrowser();
if (!executablePath) throw new Error('There is no Chromium on the PATH. Install the package chromium.');

/** What one run of pictures looks like. */
const looks = [
  { name: 'light', colorScheme: 'light', width: 1280, height: 800, full: true },
  { name: 'dark', colorScheme: 'dark', width: 1280, height: 800, full: true },
  { name: 'empty', colorScheme: 'light', width: 1280, height: 800, full: false },
  { name: 'narrow', colorScheme: 'light', width: 800, height: 800, full: true },
  { name: 'large-text', colorScheme: 'light', width: 1280, height: 800, full: true, fontSize: 24 },
];

const wanted = process.argv.slice(2);
const wantedLooks = wanted.filter((one) => looks.some(({ name }) => name === one));
const parts = wanted.filter((one) => !wantedLooks.includes(one));
const args = ['--disable-gpu', '--no-first-run', '--hide-scrollbars'];
if (process.getuid?.() === 0) args.push('--no-sandbox');
const browser = await chromium.launch({ executablePath, args });
try {
  for (const look of looks) {
    if (wantedLooks.length > 0 && !wantedLooks.includes(look.name)) continue;
    await shoot(look);
  }
} finally {
  await browser.close();
}

async function shoot({ name, colorScheme, width, height, full, fontSize }) {
  const filled = crowdedWorld();
  const served = await serveWindow(full ? filled : world(), `${root}dist/renderer`);
  const context = await browser.newContext({
    colorScheme,
    viewport: { width, height },
    timezoneId: 'Europe/Berlin',
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  await page.goto(served.link());
  await page.waitForSelector('h1');
  if (fontSize)
    await page.evaluate((size) => {
      document.documentElement.style.fontSize = `${size}px`;
    }, fontSize);
  for (const address of placesOf(full ? 'full' : 'empty')) {
    const place = address === '#/' ? 'overview' : address.slice(2).replaceAll(/[/?=]/g, '-');
    if (parts.length > 0 && !parts.some((part) => place.includes(part))) continue;
    await page.evaluate((to) => {
      window.location.hash = to;
    }, address);
    await page.waitForFunction(() => document.querySelector('h1') && !document.querySelector('.loading'));
    await page.waitForTimeout(400);
    await page.screenshot({ path: `${output}/${place}-${name}.png` });
  }
  await context.close();
  await served.close();
  process.stdout.write(`${name}\n`);
}

// Draws the icons of tray and application into electron/shell/icons/: `node electron/dev/icons.mjs [BROWSER]`.
// They are committed; run this again only when the drawing changes. It needs a Chromium to turn vectors into pixels.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const target = fileURLToPath(new URL('../shell/icons', import.meta.url));
const states = ['idle', 'running', 'paused', 'attention'];
/** Pixels: Windows 16 at 100 %, 20 at 125 %, 24 at 150 %, 32 at 200 %; Linux 24 and 48. */
const traySizes = [16, 20, 24, 32, 48];
/** The menu bar of macOS: 16 points, twice as fine on Retina screens. */
const templateSizes = [16, 32];
const appSize = 512;

/** All drawings are 32 units wide. */
const bell =
  '<path d="M16 5.500a2.200 2.200 0 0 1 2.200 2.200c3.500.9 5.600 3.900 5.600 7.700v4l2.400 3.300v1.300H5.800v-1.300l2.400-3.300v-4c0-3.800 2.100-6.800 5.600-7.700A2.200 2.200 0 0 1 16 5.500Z"/>';
const clapper = '<path d="M12.800 25.500h6.400a3.200 3.200 0 0 1-6.400 0Z"/>';
const signs = {
  running: '<path d="M22.300 20.300v8.400l6.800-4.200Z"/>',
  paused: '<path d="M21.400 20.600h2.400v7.800h-2.400Zm3.900 0h2.400v7.800h-2.400Z"/>',
  attention:
    '<path d="M23.200 19.600h2.600l-.4 5.400h-1.800Zm1.300 6.300a1.500 1.500 0 1 1 0 3 1.500 1.500 0 0 1 0-3Z"/>',
};
const colours = { running: '#1f8a4c', paused: '#55606b', attention: '#c8501e' };

function drawing(state) {
  const badge = signs[state]
    ? `<circle cx="24.500" cy="24.500" r="7.500" fill="#fff"/><circle cx="24.500" cy="24.500" r="6.500" fill="${colours[state]}"/><g fill="#fff">${signs[state]}</g>`
    : '';
  return svg(
    `<rect width="32" height="32" rx="7" fill="#1d6480"/><g fill="#f3e6cf">${bell}</g><g fill="#e0b878">${clapper}</g>${badge}`,
  );
}

/** Black and transparent only: macOS colours it to fit the menu bar. */
function template(state) {
  if (!signs[state]) return svg(`<g transform="translate(-2.500 -2.500) scale(1.150)">${bell}${clapper}</g>`);
  const gap = '<circle cx="24.500" cy="24.500" r="8.500" fill="#000"/>';
  return svg(`
    <mask id="bell"><rect width="32" height="32" fill="#fff"/>${gap}</mask>
    <mask id="badge"><rect width="32" height="32" fill="#fff"/><g fill="#000">${signs[state]}</g></mask>
    <g mask="url(#bell)"><g transform="translate(-2.500 -2.500) scale(1.150)">${bell}${clapper}</g></g>
    <circle cx="24.500" cy="24.500" r="6.800" mask="url(#badge)"/>`);
}

function svg(content) {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" width="100%" height="100%">${content}</svg>`;
}

async function render(page, drawn, size, name) {
  await page.setViewportSize({ width: size, height: size });
  await page.setContent(`<style>body{margin:0}svg{display:block}</style>${drawn}`);
  writeFileSync(join(target, `${name}.png`), await page.screenshot({ omitBackground: true }));
}

const browser = await chromium.launch({
  executablePath: process.argv[2] ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
});
const page = await browser.newPage();
mkdirSync(target, { recursive: true });
for (const name of readdirSync(target)) rmSync(join(target, name));
for (const state of states) {
  for (const size of traySizes) await render(page, drawing(state), size, `tray-${state}-${size}`);
  for (const size of templateSizes) await render(page, template(state), size, `template-${state}-${size}`);
}
await render(page, drawing('idle'), appSize, 'app');
await browser.close();

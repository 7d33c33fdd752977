import { createRequire, Module } from 'node:module';
import { dirname, join } from 'node:path';
import type Sharp from 'sharp';

/**
 * sharp with its WebAssembly, on every system: its native library carries a GLib of its own, which breaks inside
 * Electron on Linux (https://github.com/lovell/sharp/issues/4525), and a picture from a stranger is decoded in a sandbox.
 * sharp prefers a native library where one is installed, so the file that chooses is put in its place beforehand.
 */
export function loadSharp(): typeof Sharp {
  const require = createRequire(import.meta.url);
  const chooser = join(dirname(require.resolve('sharp')), 'sharp.cjs');
  if (!require.cache[chooser]) {
    const chosen = new Module(chooser);
    chosen.exports = require('@img/sharp-wasm32/sharp.node');
    chosen.loaded = true;
    require.cache[chooser] = chosen;
  }
  return require('sharp') as typeof Sharp;
}

// Put into resources/app/ of the fallback runtime (see electron/dev/electron-fallback.mjs): a packaged Electron has no
// default_app, so this makes `electron FOLDER` work as usual, and adds what current packages expect of a newer Node.
const { existsSync } = require('node:fs');
const Module = require('node:module');
const { join, resolve } = require('node:path');
const { app } = require('electron');

const { preloads, folder } = readArguments(process.argv.slice(1));
const fromApp = Module.createRequire(join(folder, 'package.json'));

modernise();
introduce(fromApp('./package.json'));
for (const file of preloads) require(resolve(file));
fromApp(`./${fromApp('./package.json').main}`);

/** The application's folder is the first argument that is no flag; Playwright injects its loader with `-r FILE`. */
function readArguments(args) {
  const found = [];
  let path;
  for (let at = 0; at < args.length && path === undefined; at += 1) {
    if (args[at] === '-r' || args[at] === '--require') {
      at += 1;
      found.push(args[at]);
    } else if (!args[at].startsWith('-')) path = resolve(args[at]);
  }
  if (path === undefined || !existsSync(join(path, 'package.json'))) {
    process.stderr.write(
      `NOT_FOUND: No application was given, on the command line of the development runtime. ${path ?? 'It'} has no package.json. Start it with "npm start".\n`,
    );
    process.exit(2);
  }
  return { preloads: found, folder: path };
}

/** Name, version and paths of the application, as a development Electron takes them from its package.json. */
function introduce(about) {
  process.defaultApp = true;
  app.name = about.productName ?? about.name;
  app.setVersion(about.version);
  app.setAppPath(folder);
  app.setPath('userData', join(app.getPath('appData'), app.name));
}

/** What Node 18 lacks and today's packages use. */
function modernise() {
  fromApp('core-js/actual');
  const stream = require('node:stream');
  const events = require('node:events');
  stream.getDefaultHighWaterMark ??= (objectMode) => (objectMode ? 16 : 64 * 1024);
  events.addAbortListener ??= (signal, listener) => {
    if (signal.aborted) queueMicrotask(() => listener());
    else signal.addEventListener('abort', listener, { once: true });
    return { [Symbol.dispose]: () => signal.removeEventListener('abort', listener) };
  };
  const diagnostics = require('node:diagnostics_channel');
  diagnostics.tracingChannel ??= (name) => {
    const part = (event) => [event, diagnostics.channel(`tracing:${name}:${event}`)];
    return Object.fromEntries(['start', 'end', 'asyncStart', 'asyncEnd', 'error'].map(part));
  };
  globalThis.crypto ??= require('node:crypto').webcrypto;
  process.getBuiltinModule ??= (name) => (Module.isBuiltin(name) ? require(name) : undefined);
  const warn = process.emitWarning;
  process.emitWarning = (warning, ...rest) => {
    // What was an experiment for Node 18 is none for the Node that the product runs on.
    if (rest[0] !== 'ExperimentalWarning') warn.call(process, warning, ...rest);
  };
  const load = Module._load;
  Module._load = function loadOrReplace(request, ...rest) {
    return request === 'node:sqlite' ? fromApp('@photostructure/sqlite') : load.call(this, request, ...rest);
  };
}

import { existsSync, readFileSync, statSync } from 'node:fs';
import { createConnection } from 'node:net';
import { dirname, join } from 'node:path';
import { capture } from './run-child.mjs';

/** Whether this process can show windows. On Linux a DISPLAY of this machine must also answer. */
export async function hasDisplay(env = process.env, platform = process.platform) {
  if (platform !== 'linux') return true;
  if (env.WAYLAND_DISPLAY) return true;
  if (!env.DISPLAY) return false;
  const local = /^(?:unix)?:(\d+)/.exec(env.DISPLAY);
  if (!local) return true; // A display of another machine (ssh -X) answers or not when it is used.
  const socket = `/tmp/.X11-unix/X${local[1]}`;
  return (await answers(socket)) || (await answers(`\0${socket}`));
}

/** Libraries that the program needs and this machine lacks, such as `libgtk-3.so.0`; none where there is no `ldd`. */
export async function missingLibraries(program) {
  if (process.platform !== 'linux') return [];
  const { stdout } = await capture('ldd', [program]);
  return [...stdout.matchAll(/^\s*(\S+) => not found/gm)].map((match) => match[1]);
}

/** Which Chromium switches this machine needs, each with the reason that is said. */
export async function switchesFor(program) {
  if (process.platform !== 'linux') return [];
  const list = [];
  const sandbox = await sandboxProblem(program);
  if (sandbox) list.push({ flag: '--no-sandbox', reason: sandbox });
  if (!existsSync('/dev/dri'))
    list.push({ flag: '--disable-gpu', reason: 'this machine has no GPU (/dev/dri)' });
  return list;
}

/** Why Chromium's sandbox cannot work here, or nothing. */
async function sandboxProblem(program) {
  if (process.getuid?.() === 0) return 'Chromium refuses its sandbox as root';
  if (hasSuidHelper(join(dirname(program), 'chrome-sandbox'))) return undefined;
  // Mapping a user is what AppArmor forbids on Ubuntu; creating the bare namespace is allowed there.
  if ((await capture('unshare', ['--user', '--map-root-user', 'true'])).code === 0) return undefined;
  return 'this system allows no unprivileged user namespaces, and chrome-sandbox is not SUID root';
}

function hasSuidHelper(path) {
  const found = statSync(path, { throwIfNoEntry: false });
  return found !== undefined && found.uid === 0 && (found.mode & 0o4111) === 0o4111;
}

/** Debian, Ubuntu and their relatives: where apt-get installs packages. */
export function isDebian() {
  if (!existsSync('/etc/os-release') || !existsSync('/usr/bin/apt-get')) return false;
  return /^ID(_LIKE)?=.*(debian|ubuntu)/m.test(readFileSync('/etc/os-release', 'utf8'));
}

function answers(path) {
  return new Promise((resolve) => {
    const socket = createConnection({ path });
    const end = (result) => {
      socket.destroy();
      resolve(result);
    };
    socket.setTimeout(2000, () => end(false));
    socket.on('connect', () => end(true));
    socket.on('error', () => end(false));
  });
}

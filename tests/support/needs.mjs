import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { packagesFor } from '../../electron/dev/debian-packages.mjs';
import { isDebian, missingLibraries } from '../../electron/dev/machine.mjs';
import { capture } from '../../electron/dev/run-child.mjs';

/** Programs that the tests on a real desktop use, any one of each list, and the Debian package that brings it. */
const programs = [
  { any: ['Xvfb'], from: 'xvfb' },
  { any: ['dbus-daemon'], from: 'dbus' },
  { any: ['faketime'], from: 'faketime' },
  { any: ['python3'], from: 'python3' },
  {
    any: ['chromium', 'chromium-browser', 'google-chrome', process.env.BELFRY_TEST_BROWSER ?? 'chromium'],
    from: 'chromium',
  },
];

/** Debian packages, and libraries without a known package, that the tests on a real desktop miss on this machine. */
export async function missingNeeds(electronPath) {
  const { packages, unknown } = packagesFor(await missingLibraries(electronPath));
  const wanted = programs.filter(({ any }) => !any.some(isOnPath)).map(({ from }) => from);
  return { packages: [...new Set([...wanted, ...packages])], unknown };
}

/** Installs Debian packages when that can be done without asking anybody; resolves with the reason when it cannot. */
export async function install(packages, say) {
  if (!isDebian()) return 'this is not Debian or Ubuntu, so they cannot be installed by apt-get';
  const asRoot = process.getuid?.() === 0;
  if (!asRoot && !process.env.CI) return 'they are installed automatically only for root and in CI';
  const [file, ...prefix] = asRoot ? ['apt-get'] : ['sudo', '-n', 'apt-get'];
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  say(`Installing what the tests on a real desktop need: ${packages.join(' ')} …`);
  for (const args of [['update'], ['install', '-y', '--no-install-recommends', ...packages]]) {
    const { code, stderr } = await capture(file, [...prefix, ...args], { env });
    if (code !== 0) return `apt-get ${args[0]} failed: ${stderr.trim().split('\n').at(-1)}`;
  }
  return undefined;
}

function isOnPath(name) {
  if (name.includes('/')) return existsSync(name);
  return (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, name)));
}

import { execFileSync } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { chooseZone, zoneOfSystem } from '../electron/system.ts';

const file = fileURLToPath(new URL('../electron/modules.ts', import.meta.url));
const link = '/usr/share/zoneinfo/Europe/Berlin';

/** The zone of jobs without one, in a process that was started with this TZ. */
function jobZoneWith(tz: string): string {
  const script = `import(${JSON.stringify(file)}).then(({ jobZone }) => console.log(jobZone({ timezone: null })))`;
  return execFileSync(process.execPath, ['-e', script], {
    env: { ...process.env, TZ: tz },
    encoding: 'utf8',
  }).trim();
}

test.each([
  ['Asia/Tokyo', 'Asia/Tokyo'],
  [':Asia/Tokyo', 'Asia/Tokyo'],
  ['', zoneOfSystem()],
  [':/etc/localtime', zoneOfSystem()],
  ['Mars/Base', zoneOfSystem()],
  ['<+03>-3', zoneOfSystem()],
])('TZ=%j: jobs without a zone go by %s', (tz, zone) => {
  expect(jobZoneWith(tz)).toBe(zone);
});

test.each([
  ['Europe/Paris', undefined, link, 'Europe/Paris', false],
  ['UTC', 'UTC0', link, 'UTC', false],
  ['Etc/Unknown', '', link, 'Europe/Berlin', true],
  [undefined, 'Mars/Base', '../usr/share/zoneinfo/posix/Asia/Tokyo', 'Asia/Tokyo', true],
  [undefined, ':/etc/localtime', undefined, 'UTC', true],
  ['UTC', '<+03>-3', undefined, 'UTC', true],
  [undefined, undefined, '/somewhere/else', 'UTC', true],
])('%j with TZ=%j and a link to %j is %s', (resolved, wished, target, name, isWrong) => {
  const zone = chooseZone({ resolved, wished, link: target });
  expect(zone.name).toBe(name);
  expect(zone.problem !== null).toBe(isWrong);
  if (wished !== undefined && zone.problem) expect(zone.problem.message).toContain(`TZ="${wished}"`);
});

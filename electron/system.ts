import { randomBytes, randomUUID } from 'node:crypto';
import { readlinkSync } from 'node:fs';
import process from 'node:process';
import { BelfryError, type Clock, type Random, timezoneSchema } from '../shared/index.ts';

/** Node fires timers above 2^31 - 1 ms at once, so longer ones fire early and are set again by whoever needs them. */
const longestTimer = 2_147_483_647;

/** The real clock of this machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimer(delay, callback) {
    const timer = setTimeout(callback, Math.min(Math.max(0, delay), longestTimer));
    return () => clearTimeout(timer);
  },
};

/** The operating system's randomness. */
export const systemRandom: Random = {
  next: () => randomBytes(6).readUIntBE(0, 6) / 2 ** 48,
  uuid: () => randomUUID(),
  id: () => randomBytes(8).toString('hex'),
};

/** The zone of this machine, and what is wrong with the one that its environment asks for. */
type MachineZone = { name: string; problem: BelfryError | null };

type ZoneSigns = {
  /** What `Intl` makes of it; some settings of TZ give no zone, or one that it then refuses. */
  resolved: string | undefined;
  /** The variable TZ. */
  wished: string | undefined;
  /** Where /etc/localtime leads. */
  link: string | undefined;
};

/** The zone to use: that of the environment when it is one, else the system's, else UTC. */
export function chooseZone({ resolved, wished, link }: ZoneSigns): MachineZone {
  const system = systemZone(link);
  if (isZone(resolved) && !isMisread(resolved, wished)) return { name: resolved, problem: null };
  const name = system ?? 'UTC';
  const problem = new BelfryError({
    code: 'BAD_INPUT',
    what: `${name} is used as the time zone of this machine`,
    where: wished === undefined ? 'the settings of the system' : `the variable TZ="${wished}"`,
    why: 'It names no time zone that Belfry knows',
    remedy: 'Set TZ to a name such as Europe/Berlin, or do not set it at all',
  });
  return { name, problem };
}

/** Names like `<+03>-3` mean a zone to the system, and silently UTC to `Intl`. */
function isMisread(resolved: string, wished: string | undefined): boolean {
  const name = wished?.replace(/^:/, '');
  return name !== undefined && resolved === 'UTC' && !isZone(name) && !/^(?:UTC|GMT)0?$/i.test(name);
}

/** The zone to which /etc/localtime leads, by its path in the zone database. */
function systemZone(link: string | undefined): string | null {
  const name = link?.split(/\/zoneinfo\/(?:posix\/|right\/)?/)[1];
  return isZone(name) ? name : null;
}

function isZone(name: string | undefined): name is string {
  return timezoneSchema.safeParse(name).success;
}

/** The zone of this machine, as it is now and as this environment wishes it. */
export function machineZone(env: NodeJS.ProcessEnv = process.env): MachineZone {
  const resolved: string | undefined = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return chooseZone({ resolved, wished: env['TZ'], link: localtime() });
}

/** The zone of this machine whatever the environment of this process says: the one that cron goes by. */
export function zoneOfSystem(): string {
  return systemZone(localtime()) ?? machineZone().name;
}

/** Windows has no such link, and some systems a copy instead. */
function localtime(): string | undefined {
  try {
    return readlinkSync('/etc/localtime');
  } catch {
    return undefined;
  }
}

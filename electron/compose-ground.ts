import { type Job, toWireError } from '../shared/index.ts';
import { checkConfig, jobZone } from './check-config.ts';
import type { Closers } from './closers.ts';
import { keepForGood } from './demo-home.ts';
import type { Host } from './host.ts';
import { machineZone } from './machine-zone.ts';
import { systemRandom as random } from './random.ts';
import {
  createConfigStore,
  createHousekeeping,
  defaultStateFolder,
  openStore,
  prepareHome,
  takeHome,
} from './store/index.ts';
import { builtinJobs } from './templates/index.ts';

const day = 86_400_000;
const mebibyte = 1024 * 1024;

/** What every room stands on: the home folder that is ours alone, the database, and the configuration in force. */
export type Ground = Awaited<ReturnType<typeof layGround>>;

/** Takes the home folder and opens what lies in it. Throws HOME_UNUSABLE, ALREADY_RUNNING, DATABASE_UNUSABLE. */
export async function layGround(host: Host, closers: Closers) {
  const { clock, log } = host;
  const startedAt = clock.now();
  const home = prepareHome(host.home);
  const lock = await takeHome(home, {
    pid: process.pid,
    startedAt: new Date(startedAt).toISOString(),
    mode: host.mode,
    socket: home.socket,
    version: host.version,
  });
  closers.add(() => lock.release());
  if (!host.demo) await keepForGood(home.dir);

  const store = await openStore({
    home,
    clock,
    log,
    newId: random.uuid,
    // The demonstration begins anew each time.
    stateFolder: host.demo ? undefined : defaultStateFolder(process.platform, process.env),
  });
  closers.add(() => store.close());

  const config = createConfigStore({
    file: host.configFile(home.config),
    lastGoodPath: home.lastGoodConfig,
    check: checkConfig,
    log,
  });
  config.start();
  closers.add(() => config.stop());

  const { problem: zoneProblem } = machineZone();
  if (zoneProblem) log('warn', zoneProblem.message);

  const settings = () => config.current().settings;
  const housekeeping = createHousekeeping({
    db: store.db,
    clock,
    log,
    retention: () => {
      const { keepRunsDays, keepRunsPerJob, keepDatabaseMiB } = settings();
      return {
        maxAgeMs: keepRunsDays === null ? null : keepRunsDays * day,
        runsPerJob: keepRunsPerJob,
        maxBytes: keepDatabaseMiB === null ? null : keepDatabaseMiB * mebibyte,
      };
    },
  });
  housekeeping.start();
  closers.add(() => housekeeping.stop());
  const builtins = (): Job[] =>
    builtinJobs.map((job) => ({ ...job, enabled: !settings().disabledBuiltins.includes(job.id) }));
  return {
    home,
    lock,
    startedAt,
    store,
    config,
    settings,
    /** Built-in jobs first, then those of config.json. */
    jobs: (): readonly Job[] => [...builtins(), ...config.current().jobs],
    /** IANA zone of jobs without one. */
    timezone: () => jobZone(settings()),
    /** The environment asks for a time zone that is none. */
    zoneProblem: zoneProblem && toWireError(zoneProblem),
  };
}

import { startSession } from '../support/desktop/session.ts';
import {
  idleCpuOf,
  memoryOf,
  pause,
  type Started,
  startBareElectron,
  startBareNode,
  startDesktopHost,
  startHeadlessHost,
} from './hosts.part.ts';
import { percentile, type Result } from './result.ts';

const starts = 5;
const settleMillis = 10_000;
const idleSeconds = 30;

/** Start-up time, idle memory and idle processor time of both hosts, each beside a bare program on the same runtime. */
export async function run(): Promise<Result[]> {
  const session = await startSession({ tray: true });
  try {
    const bareElectron = await measure(() => startBareElectron(session));
    const tray = await measure(() => startDesktopHost(session, ['--hidden']));
    const window = await measure(() => startDesktopHost(session, []));
    const bareNode = await measure(startBareNode);
    const headless = await measure(startHeadlessHost);
    return [
      ...compare('desktop, in the tray', tray, 'bare Electron with a tray', bareElectron),
      ...compare('desktop, window open', window, 'bare Electron with a tray', bareElectron),
      ...compare('headless', headless, 'bare Node with an HTTP server', bareNode),
    ];
  } finally {
    await session.stop();
  }
}

type Figures = { start: number; memory: number; cpu: number };

async function measure(start: () => Promise<Started>): Promise<Figures> {
  const times: number[] = [];
  for (let turn = 1; turn < starts; turn += 1) {
    const host = await start();
    times.push(host.millis);
    await host.stop();
  }
  const host = await start();
  times.push(host.millis);
  await pause(settleMillis);
  const cpu = await idleCpuOf(host.home, idleSeconds);
  const memory = memoryOf(host.home);
  await host.stop();
  return { start: percentile(times, 0.5), memory, cpu };
}

function compare(name: string, figures: Figures, bareName: string, bare: Figures): Result[] {
  const rows = [
    ['start-up (median of 5)', 'ms', figures.start, bare.start],
    ['idle memory (PSS of all processes)', 'MiB', figures.memory, bare.memory],
    ['idle processor time', 'ms/min', figures.cpu, bare.cpu],
  ] as const;
  return rows.map(([what, unit, value, other]) => ({
    name: `${name}: ${what}`,
    value,
    unit,
    baseline: { name: bareName, value: other },
  }));
}

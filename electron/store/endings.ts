import type { Millis } from '../../shared/index.ts';
import { type Database, writeMeta } from './database.ts';
import type { JobEnding } from './ledgers.ts';

/** Notes of the database that say: this job's work ended, and that was not handled yet. The time in the key sorts them. */
const prefix = 'job_ended:';
const afterPrefix = 'job_ended;';

type Ending = Omit<JobEnding, 'id'> & { runId: string; at: Millis };

/** Notes that a job's work has ended; part of the transaction in which its run ends. */
export async function noteEnding(trx: Database, { runId, jobId, outcome, at }: Ending): Promise<void> {
  const time = String(Math.max(0, Math.floor(at))).padStart(16, '0');
  await writeMeta(trx, `${prefix}${time}:${runId}`, JSON.stringify([jobId, outcome]));
}

/** What was noted and not forgotten, oldest first. */
export async function readEndings(db: Database): Promise<JobEnding[]> {
  const rows = await db
    .selectFrom('meta')
    .selectAll()
    .where('key', '>=', prefix)
    .where('key', '<', afterPrefix)
    .orderBy('key')
    .execute();
  return rows.map(({ key, value }) => {
    const [jobId, outcome] = JSON.parse(value) as [string, JobEnding['outcome']];
    return { id: key, jobId, outcome };
  });
}

/** Forgets endings; part of the transaction that answers them. */
export async function forgetEndings(trx: Database, ids: readonly string[]): Promise<void> {
  for (const id of ids) await writeMeta(trx, id, null);
}

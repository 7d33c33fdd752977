import type { Command } from 'commander';
import { exitCodes } from '../../../shared/index.ts';
import type { Context } from '../context.ts';
import type { Check } from '../doctor/check.ts';
import { plain } from '../text.ts';
import type { Use } from '../use.ts';

/** `belfry doctor`: what works on this machine, and what to do about the rest. */
export function doctorCommand(program: Command, use: Use): void {
  program
    .command('doctor')
    .description('what works on this machine, and what to do about the rest')
    .action(use(doctor));
}

async function doctor(context: Context): Promise<number> {
  const { machineChecks } = await import('../doctor/machine.ts');
  const { homeChecks } = await import('../doctor/home.ts');
  const { engineChecks } = await import('../doctor/engine.ts');
  const checks = [
    ...machineChecks(context.io),
    ...(await homeChecks(context.paths, context.io.env)),
    ...(await engineChecks(context)),
  ];
  context.show({ checks }, () => checks.map((check) => describe(context, check)).join('\n'));
  return checks.some((check) => check.status === 'problem') ? exitCodes.failed : exitCodes.done;
}

function describe({ paint }: Context, { name, status, found, remedy }: Check): string {
  const marks = {
    ok: paint('green', 'ok     '),
    warning: paint('yellow', 'warning'),
    problem: paint('red', 'problem'),
  };
  const line = `${marks[status]}  ${name.padEnd(10)} ${plain(found)}`;
  return remedy === null ? line : `${line}\n${' '.repeat(20)}${paint('bold', remedy)}.`;
}

import { app, dialog } from 'electron';
import { exitCodeOf, toWireError } from '../../shared/index.ts';

/** Nobody may be there to read it: the box goes away by itself. */
const readMillis = 60_000;

/** Says why Belfry cannot start, on stderr and if wanted on the screen; then ends with its exit code. */
export async function endWith(error: unknown, { show }: { show: boolean }): Promise<void> {
  const { code, message } = toWireError(error);
  process.stderr.write(`${message}\n`);
  if (show) {
    await app.whenReady();
    const signal = AbortSignal.timeout(readMillis);
    await dialog.showMessageBox({
      type: 'error',
      title: 'Belfry',
      message: 'Belfry cannot start',
      detail: message,
      signal,
    });
  }
  app.exit(exitCodeOf(code));
}

import { spawn } from 'node:child_process';
import { app } from 'electron';

/** Switches that a machine without a sandbox or GPU needs at every start. */
const inherited = ['--no-sandbox', '--disable-gpu'];

/** The command line that starts this application, with `args`: an AppImage by its own file, a checkout through Electron. */
export function ownCommand(args: readonly string[]): string[] {
  const switches = process.argv.filter((arg) => inherited.includes(arg));
  const program = process.env['APPIMAGE'] ?? process.execPath;
  return [program, ...switches, ...(app.isPackaged ? [] : [app.getAppPath()]), ...args];
}

/** Starts this application once more, on its own. */
export function startAgain(args: readonly string[]): void {
  const [program = process.execPath, ...rest] = ownCommand(args);
  spawn(program, rest, { detached: true, stdio: 'ignore' }).unref();
}

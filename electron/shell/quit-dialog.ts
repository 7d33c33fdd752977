import { type BrowserWindow, dialog } from 'electron';
import { answerMillis } from './quit.ts';

/** Asks whether work may be interrupted; `parent` is needed on macOS, where only attached boxes can be withdrawn. */
export async function askToQuit(
  names: readonly string[],
  signal: AbortSignal,
  parent: BrowserWindow | undefined,
): Promise<boolean> {
  const options = {
    type: 'question' as const,
    title: 'Quit Belfry?',
    message: names.length === 1 ? `${names[0]} is running` : `${names.length} jobs are running`,
    detail: `${names.length > 1 ? `${names.join(', ')}. ` : ''}They get a few seconds to end. Belfry quits in ${answerMillis / 1000} seconds if you do not answer.`,
    buttons: ['Quit', 'Stay'],
    defaultId: 1,
    cancelId: 1,
    signal,
  };
  const { response } = await (parent
    ? dialog.showMessageBox(parent, options)
    : dialog.showMessageBox(options));
  // Whoever destroys the parent window inside the box's own call-back crashes GTK (seen with Electron 25).
  await new Promise((resolve) => setTimeout(resolve, 100));
  return response === 0;
}

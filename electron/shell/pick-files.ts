import { BrowserWindow, dialog } from 'electron';

/** Pictures and films; what they really are is seen when they are added. */
const filters = [
  {
    name: 'Pictures and films',
    extensions: ['jpg', 'jpeg', 'png', 'gif', 'webp', 'avif', 'heic', 'mp4', 'mov', 'webm', 'm4v'],
  },
  { name: 'All files', extensions: ['*'] },
];

/** Asks the person for files; their paths, or none when nothing was chosen. */
export async function pickFiles(): Promise<string[]> {
  const options = { properties: ['openFile' as const, 'multiSelections' as const], filters };
  const parent = BrowserWindow.getFocusedWindow();
  const chosen = await (parent ? dialog.showOpenDialog(parent, options) : dialog.showOpenDialog(options));
  return chosen.canceled ? [] : chosen.filePaths;
}

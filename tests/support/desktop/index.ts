export { launchBrowser } from './browser.ts';
export { type Electron, findElectron, root } from './electron.ts';
export { type Desktop, environment, type LaunchOptions, launchDesktop, startDesktop } from './launch.ts';
export { type Process, processesOf } from './processes.ts';
export { type Session, startSession } from './session.ts';
export type { MenuEntry, Tray } from './tray.ts';

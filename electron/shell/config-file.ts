import ElectronStore from 'electron-store';
export const storeFile = (path: string) => new ElectronStore({ cwd: path }) as never;

import { contextBridge, type IpcRendererEvent, ipcRenderer, webUtils } from 'electron';
import type { Announcement, Bridge } from '../shared/index.ts';
import { channels } from './shell/channels.ts';

/** All that the window ever gets of Electron. */
const bridge: Bridge & { pathOfFile?: (file: File) => string } = {
  call: (name, input) => ipcRenderer.invoke(channels.call, name, input),
  subscribe(listener) {
    const pass = (_event: IpcRendererEvent, announcement: Announcement) => listener(announcement);
    ipcRenderer.on(channels.announcement, pass);
    return () => {
      ipcRenderer.removeListener(channels.announcement, pass);
    };
  },
  // The path of a file that the page was given by the user, and of no other. Before Electron 32 the file itself says it.
  ...(webUtils ? { pathOfFile: (file) => webUtils.getPathForFile(file) } : {}),
};

contextBridge.exposeInMainWorld('belfry', bridge);

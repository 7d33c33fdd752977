import { contextBridge, type IpcRendererEvent, ipcRenderer } from 'electron';
import type { Announcement, Bridge } from '../shared/index.ts';
import { channels } from './shell/channels.ts';

/** All that the window ever gets of Electron. */
const bridge: Bridge = {
  call: (name, input) => ipcRenderer.invoke(channels.call, name, input),
  subscribe(listener) {
    const pass = (_event: IpcRendererEvent, announcement: Announcement) => listener(announcement);
    ipcRenderer.on(channels.announcement, pass);
    return () => {
      ipcRenderer.removeListener(channels.announcement, pass);
    };
  },
};

contextBridge.exposeInMainWorld('belfry', bridge);

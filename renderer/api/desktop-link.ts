import type { Bridge } from '../../shared/index.ts';
import type { Link } from './link.ts';

/** What the preload of the desktop host gives the window. */
export type DesktopBridge = Bridge & {
  /** The path of a file that the user dropped or chose, `''` when it has none; missing in an Electron whose files say it. */
  readonly pathOfFile?: (file: File) => string;
};

/** The preload's bridge as a link: the engine lives in the same application, so it is always there. */
export function desktopLink(bridge: DesktopBridge): Link {
  return {
    host: 'desktop',
    call: (name, input) => bridge.call(name, input),
    media: {
      direct: true,
      headers: async () => ({}),
      refused: () => {},
      pathOf: (file) => (bridge.pathOfFile?.(file) ?? ownPath(file)) || null,
    },
    subscribe: (listener) => bridge.subscribe(listener),
    state: () => 'open',
    watch: () => () => {},
    retry: () => {},
  };
}

/** Files had a `path` up to Electron 31. */
function ownPath(file: File & { readonly path?: string }): string {
  return file.path ?? '';
}

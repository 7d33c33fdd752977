import type { Bridge } from '../../shared/index.ts';
import type { Link } from './link.ts';

/** The preload's bridge as a link: the engine lives in the same application, so it is always there. */
export function desktopLink(bridge: Bridge): Link {
  return {
    host: 'desktop',
    call: (name, input) => bridge.call(name, input),
    subscribe: (listener) => bridge.subscribe(listener),
    state: () => 'open',
    watch: () => () => {},
    retry: () => {},
  };
}

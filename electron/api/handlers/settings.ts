import type { ConfigInput } from '../../../shared/index.ts';
import type { Handlers } from '../dispatch.ts';
import type { ApiNeeds } from '../ports.ts';

/** Calls about the settings in config.json. */
export function settingsHandlers(needs: ApiNeeds) {
  return {
    'settings.get': async () => needs.config.current().settings,
    'settings.set': async (patch) => {
      // First the system, so that config.json never promises what the host cannot do.
      const { launchAtLogin } = patch;
      if (launchAtLogin !== undefined && launchAtLogin !== needs.config.current().settings.launchAtLogin) {
        await needs.host.launchAtLogin(launchAtLogin);
      }
      const given = Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined));
      const config = await needs.config.change(
        (raw): ConfigInput => ({ ...raw, settings: { ...raw.settings, ...given } }),
      );
      await needs.jobsChanged();
      return config.settings;
    },
  } satisfies Partial<Handlers>;
}

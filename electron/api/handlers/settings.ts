import type { ConfigInput } from '../../../shared/index.ts';
import type { Handlers } from '../dispatch.ts';
import type { ApiNeeds } from '../ports.ts';

/** Calls about the settings in config.json. */
export function settingsHandlers(needs: ApiNeeds) {
  return {
    'settings.get': async () => needs.config.current().settings,
    'settings.set': async (patch) => {
      const given = Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined));
      const config = await needs.config.change(
        (raw): ConfigInput => ({ ...raw, settings: { ...raw.settings, ...given } }),
      );
      if (patch.launchAtLogin !== undefined) await needs.host.launchAtLogin(patch.launchAtLogin);
      await needs.jobsChanged();
      return config.settings;
    },
  } satisfies Partial<Handlers>;
}

import type { Settings } from '../../../shared/index.ts';
import { Section } from '../../ui/page.tsx';
import { SettingChoice, SettingLimit, SettingNumber, SettingSwitch } from './setting-rows.tsx';
import type { SettingsChange } from './use-save-setting.ts';

type Props = { settings: Settings; save: (change: SettingsChange) => Promise<void> };

const fits = [
  ['refuse', 'Stop the post'],
  ['pad', 'Add bars'],
  ['crop', 'Crop to fit'],
] as const;

/** When posts go out, and what a check says about them. */
export function PostSettings({ settings, save }: Props) {
  return (
    <Section title="Publishing">
      <div className="card rows">
        <SettingNumber
          label="Late limit"
          hint="A post later than this is missed and offered to you, not published."
          unit="hours"
          value={settings.lateLimitHours}
          save={(lateLimitHours) => save({ lateLimitHours })}
        />
        <SettingNumber
          label="Spacing of late posts"
          hint="After a gap, the posts of one account go out this far apart."
          unit="seconds"
          value={settings.spacingSeconds}
          save={(spacingSeconds) => save({ spacingSeconds })}
        />
        <SettingNumber
          label="Settle time"
          hint="How long a request without an answer rests before it is looked up."
          unit="seconds"
          value={settings.settleSeconds}
          save={(settleSeconds) => save({ settleSeconds })}
        />
        <SettingNumber
          label="Same text again"
          hint="Warns when an account would post the same text twice within this time. 0: never."
          unit="hours"
          value={settings.sameTextHours}
          save={(sameTextHours) => save({ sameTextHours })}
        />
        <SettingNumber
          label="Posts too close"
          hint="Warns when two posts of an account are closer than this. 0: never."
          unit="minutes"
          value={settings.closePostMinutes}
          save={(closePostMinutes) => save({ closePostMinutes })}
        />
      </div>
    </Section>
  );
}

/** What becomes of pictures and films. */
export function MediaSettings({ settings, save }: Props) {
  return (
    <Section title="Media">
      <div className="card rows">
        <SettingChoice
          label="Pictures that do not fit"
          hint="What happens to a shape that a network does not take. Accounts can have their own choice."
          value={settings.mediaFit}
          choices={fits}
          save={(mediaFit) => save({ mediaFit })}
        />
        <SettingSwitch
          label="Remove location"
          hint="Where a picture or video was taken is removed from what is sent. Your own files stay as they are."
          value={settings.stripLocation}
          save={(stripLocation) => save({ stripLocation })}
        />
        <SettingLimit
          label="Keep copies for"
          hint="Once their post is done with. Empty: for ever."
          unit="days"
          none="for ever"
          value={settings.keepMediaDays}
          save={(keepMediaDays) => save({ keepMediaDays })}
        />
      </div>
    </Section>
  );
}

import type { Settings } from '../../../shared/index.ts';
import { Section } from '../../ui/page.tsx';
import { SettingChoice, SettingLimit, SettingNumber, SettingSwitch } from './setting-rows.tsx';
import type { SettingsChange } from './use-save-setting.ts';

type Props = { settings: Settings; save: (change: SettingsChange) => Promise<void> };

const fits = [
  ['refuse', 'Refuse the post'],
  ['pad', 'Add bars'],
  ['crop', 'Cut the edges off'],
] as const;

/** When posts go out, and what a check says about them. */
export function PostSettings({ settings, save }: Props) {
  return (
    <Section title="Posts">
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
    <Section title="Pictures and films">
      <div className="card rows">
        <SettingChoice
          label="A shape that the network does not take"
          hint="For pictures; an account may say otherwise."
          value={settings.mediaFit}
          choices={fits}
          save={(mediaFit) => save({ mediaFit })}
        />
        <SettingSwitch
          label="Leave out where they were made"
          hint="The place is taken out of what is sent; your own files stay as they are."
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

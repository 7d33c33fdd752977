import { TextInput } from '@mantine/core';
import { Search } from 'lucide-react';
import { useState } from 'react';
import type { Settings, Status } from '../../../shared/index.ts';
import { useCall } from '../../api/use-call.ts';
import { ErrorNote } from '../../ui/note.tsx';
import { userZone } from '../../ui/now.ts';
import { Loading, Page, Section } from '../../ui/page.tsx';
import { MediaSettings, PostSettings } from './post-settings.tsx';
import { SettingChoice, SettingLimit, SettingNumber, SettingSwitch, SettingText } from './setting-rows.tsx';
import classes from './settings.module.css';
import { SettingsSearch } from './settings-search.ts';
import { type SettingsChange, useSaveSetting } from './use-save-setting.ts';

const themes = [
  ['system', 'Same as the system'],
  ['light', 'Light'],
  ['dark', 'Dark'],
] as const;
const vaults = [
  ['os', 'The system’s key store'],
  ['key-file', 'A key file in the home folder'],
] as const;

/** Settings of the application; each is saved when it is changed. */
export function SettingsPage() {
  const settings = useCall('settings.get', {});
  const status = useCall('status.get', {});
  return (
    <Page title="Settings">
      {settings.error && <ErrorNote error={settings.error} retry={settings.refresh} />}
      {!settings.data && !settings.error && <Loading what="settings" />}
      {settings.data && <Rows settings={settings.data} status={status.data} changed={settings.refresh} />}
    </Page>
  );
}

function Rows({
  settings,
  status,
  changed,
}: {
  settings: Settings;
  status: Status | undefined;
  changed: () => void;
}) {
  const save = useSaveSetting(changed);
  const [search, setSearch] = useState('');
  return (
    <SettingsSearch value={search.trim().toLowerCase()}>
      <div className={`settings ${classes['settings']}`}>
        <TextInput
          type="search"
          aria-label="Search settings"
          placeholder="Search settings"
          leftSection={<Search size={16} />}
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
        />
        <p className={classes['none']} role="status">
          No setting matches “{search.trim()}”.
        </p>
        <Section title="General">
          <div className="card rows">
            <SettingSwitch
              label="Launch at login"
              hint={
                status?.mode === 'headless'
                  ? 'For the desktop application; this engine runs without one.'
                  : 'Belfry starts hidden, with its icon in the tray.'
              }
              value={settings.launchAtLogin}
              save={(launchAtLogin) => save({ launchAtLogin })}
            />
            <SettingText
              label="Time zone"
              hint="For jobs without a zone of their own. Leave empty to use this computer’s."
              placeholder={userZone}
              suggestions={Intl.supportedValuesOf('timeZone')}
              value={settings.timezone ?? ''}
              save={(text) => save({ timezone: text === '' ? null : text })}
            />
          </div>
        </Section>
        <Section title="Appearance">
          <div className="card rows">
            <SettingChoice
              label="Theme"
              hint="Colours of this window."
              value={settings.theme}
              choices={themes}
              save={(theme) => save({ theme })}
            />
          </div>
        </Section>
        <PostSettings settings={settings} save={save} />
        <MediaSettings settings={settings} save={save} />
        <History settings={settings} save={save} />
        <Section title="Advanced">
          <div className="card rows">
            <SettingText
              label="Search path for commands"
              hint="Folders that commands of jobs are looked up in, as in PATH. Leave empty to use your login shell’s."
              placeholder="From the login shell"
              value={settings.path ?? ''}
              save={(text) => save({ path: text === '' ? null : text })}
            />
            <SettingNumber
              label="Time to finish"
              hint="How long running jobs may go on after you quit Belfry, before their processes are ended."
              unit="seconds"
              value={settings.drainSeconds}
              save={(drainSeconds) => save({ drainSeconds })}
            />
            <SettingChoice
              label="Secrets are kept in"
              hint="Access tokens are always stored encrypted. The key store is safer; a key file works without one."
              value={settings.secrets}
              choices={vaults}
              save={(secrets) => save({ secrets })}
            />
          </div>
        </Section>
        {status && search === '' && (
          <Section title="About">
            <dl className="facts">
              <Fact name="Version" value={status.version} />
              <Fact name="Home folder" value={status.home} />
              <Fact
                name="Runs as"
                value={`${status.mode === 'desktop' ? 'desktop application' : 'headless host'}, process ${status.pid}`}
              />
            </dl>
          </Section>
        )}
      </div>
    </SettingsSearch>
  );
}

/** What is kept of runs; what is over a limit goes in small steps, within ten minutes. */
function History({
  settings,
  save,
}: {
  settings: Settings;
  save: (change: SettingsChange) => Promise<void>;
}) {
  return (
    <Section title="Retention">
      <div className="card rows">
        <SettingLimit
          label="Keep runs for"
          hint="The last run of each job always stays. Empty: for ever."
          unit="days"
          none="for ever"
          value={settings.keepRunsDays}
          save={(keepRunsDays) => save({ keepRunsDays })}
        />
        <SettingLimit
          label="Runs kept of each job"
          hint="Older ones go. Empty: all are kept."
          unit="runs"
          none="all"
          value={settings.keepRunsPerJob}
          save={(keepRunsPerJob) => save({ keepRunsPerJob })}
        />
        <SettingLimit
          label="Largest database"
          hint="Above it the oldest output goes; the runs stay. Empty: no limit."
          unit="MiB"
          none="no limit"
          value={settings.keepDatabaseMiB}
          save={(keepDatabaseMiB) => save({ keepDatabaseMiB })}
        />
        <SettingNumber
          label="Output kept per run"
          hint="The middle of a longer output is cut."
          unit="MiB"
          value={settings.outputLimitMiB}
          save={(outputLimitMiB) => save({ outputLimitMiB })}
        />
      </div>
    </Section>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

import { describe, expect, test } from 'vitest';
import { type CrontabOptions, importCrontab } from '../../electron/scheduler/index.ts';
import { jobSchema } from '../../shared/index.ts';

const read = (text: string, options: Partial<CrontabOptions> = {}) =>
  importCrontab(text, { timezone: 'Europe/Berlin', home: '/home/me', ...options });
const first = (text: string, options: Partial<CrontabOptions> = {}) => read(text, options).jobs[0]?.job;
const linesOf = (list: { line: number | null; message: string }[]) =>
  list.filter(({ line }) => line !== null).map(({ line, message }) => `${line}: ${message}`);

describe('entries', () => {
  test('a plain command is an argv, in the home folder, without a time limit', () => {
    const { jobs, problems } = read('*/15 * * * * /usr/bin/fetch --all news');
    expect(problems).toEqual([]);
    expect(jobs).toEqual([
      {
        line: 1,
        schedule: 'Every 15 minutes (Europe/Berlin)',
        job: {
          id: 'usr_bin_fetch_all_news',
          name: '/usr/bin/fetch --all news',
          description: '',
          triggers: [{ type: 'cron', expression: '*/15 * * * *' }],
          timeoutSeconds: null,
          steps: [
            {
              type: 'command',
              name: 'Command',
              cwd: '/home/me',
              command: ['/usr/bin/fetch', '--all', 'news'],
            },
          ],
        },
      },
    ]);
    expect(jobSchema.safeParse(jobs[0]?.job).success).toBe(true);
  });

  test('what needs a shell is a shell line', () => {
    expect(first('0 5 * * * cd /srv && ./a >> log 2>&1')?.steps[0]).toMatchObject({
      shell: true,
      command: ['cd /srv && ./a >> log 2>&1'],
    });
    expect(first('SHELL=/bin/bash\n0 5 * * * echo $HOME')?.steps[0]).toMatchObject({
      command: ['/bin/bash', '-c', 'echo $HOME'],
    });
  });

  test('% ends the command and begins its input; \\% is a %', () => {
    const found = read('0 5 * * * mail -s hi me%line one%two \\% three');
    expect(found.jobs[0]?.job.steps[0]).toMatchObject({
      shell: true,
      command: ["printf '%s\\n' 'line one\ntwo % three' | { mail -s hi me\n}"],
    });
    expect(linesOf(found.remarks)).toEqual([
      '1: What follows the first % is given to the command as input, as cron does.',
    ]);
    expect(first('0 5 * * * date +\\%F')?.steps[0]).toMatchObject({ command: ['date +%F'], shell: true });
  });

  test('a system crontab names users', () => {
    const found = read('17 * * * * root run-parts /etc/cron.hourly', { withUser: true });
    expect(found.jobs[0]?.job.steps[0]).toMatchObject({ command: ['run-parts', '/etc/cron.hourly'] });
    expect(linesOf(found.remarks)[0]).toContain('The user "root" was left out');
  });
});

describe('comments and settings', () => {
  test('comments right above an entry are its name and description', () => {
    const job = first('# Fetch the news\n# from everywhere\n0 5 * * * a');
    expect(job).toMatchObject({
      id: 'fetch_the_news',
      name: 'Fetch the news',
      description: 'from everywhere',
    });
    expect(first('# Not of this\n\n0 5 * * * a')?.name).toBe('a');
    expect(first('# m h  dom mon dow   command\n0 5 * * * a')?.name).toBe('a');
  });

  test('an entry that was switched off stays off', () => {
    const found = read('#0 5 * * * old\n# @daily old\n0 6 * * * new');
    expect(found.jobs.map(({ job }) => job.name)).toEqual(['new']);
    expect(linesOf(found.remarks)).toHaveLength(2);
  });

  test('settings hold for what follows; those of cron itself are not handed on', () => {
    const { jobs, remarks } = read('0 1 * * * a\nMAILTO=me\nKEY = "a b"\nHOME=/srv\n0 2 * * * b');
    expect(jobs.map(({ job }) => job.steps[0])).toMatchObject([
      { cwd: '/home/me' },
      { cwd: '/srv', env: { KEY: 'a b' } },
    ]);
    expect(jobs[0]?.job.steps[0]).not.toHaveProperty('env');
    expect(linesOf(remarks)).toEqual([
      '2: MAILTO was left out: Belfry keeps output and shows failures itself.',
    ]);
  });

  test('CRON_TZ and TZ are the zone, also before a single entry', () => {
    const { jobs } = read('CRON_TZ=Asia/Tokyo\n0 1 * * * a\nCRON_TZ=Europe/Paris 0 2 * * * b\n0 3 * * * c');
    expect(jobs.map(({ job }) => job.timezone)).toEqual(['Asia/Tokyo', 'Europe/Paris', 'Asia/Tokyo']);
    expect(first('TZ=Asia/Tokyo\n0 1 * * * a')).toMatchObject({
      timezone: 'Asia/Tokyo',
      steps: [{ env: { TZ: 'Asia/Tokyo' } }],
    });
    // An empty one is none, for a setting and before an entry.
    const empty = read('TZ=Asia/Tokyo\nCRON_TZ=\n0 1 * * * a\nCRON_TZ= 0 2 * * * b');
    expect(empty.jobs.map(({ job }) => job.timezone)).toEqual([undefined, undefined]);
    expect(linesOf(read('CRON_TZ=Mars/Base\n0 1 * * * a').problems)[0]).toMatch(
      /^2: timezone is not a time zone/,
    );
  });
});

test('times are those of the machine, as cron reads them, whatever zone other jobs have', () => {
  const elsewhere = { timezone: 'America/New_York', machine: 'Europe/Berlin' };
  const found = read('0 1 * * * a\nCRON_TZ=Asia/Tokyo\n0 1 * * * b\nCRON_TZ=\n0 1 * * * c', elsewhere);
  expect(found.jobs.map(({ job }) => job.timezone)).toEqual(['Europe/Berlin', 'Asia/Tokyo', 'Europe/Berlin']);
  expect(found.jobs[0]?.schedule).toContain('Europe/Berlin');
  expect(found.remarks.at(-1)?.message).toContain('Times are those of this machine (Europe/Berlin)');
  expect(first('0 1 * * * a', { machine: 'Europe/Berlin' })).not.toHaveProperty('timezone');
});

describe('schedules', () => {
  test('day of month OR day of week becomes two triggers, and says so', () => {
    const found = read('0 9 13 * 5 a');
    expect(found.jobs[0]?.job.triggers).toEqual([
      { type: 'cron', expression: '0 9 13 * *' },
      { type: 'cron', expression: '0 9 * * 5' },
    ]);
    expect(linesOf(found.remarks)[0]).toContain('cron runs when either fits');
    // crontab(5): a field that begins with * asks for both.
    expect(first('0 9 */2 * 5 a')?.triggers).toHaveLength(1);
  });

  test.each([
    ['@daily', { type: 'cron', expression: '0 0 * * *' }],
    ['@Hourly', { type: 'cron', expression: '0 * * * *' }],
    ['@reboot', { type: 'event', event: 'start' }],
    ['@every 1h30m', { type: 'interval', seconds: 5400 }],
    // FreeBSD's and systemd-cron's.
    ['@every_minute', { type: 'cron', expression: '* * * * *' }],
    ['@every_second', { type: 'cron', expression: '* * * * * *' }],
    ['@600', { type: 'interval', seconds: 600 }],
    ['@semi-annually', { type: 'cron', expression: '0 0 1 1,7 *' }],
    // SUSE's and cronie's: not to the system's log.
    ['-*/5 * * * *', { type: 'cron', expression: '*/5 * * * *' }],
    ['- @daily', { type: 'cron', expression: '0 0 * * *' }],
    ['-@daily', { type: 'cron', expression: '0 0 * * *' }],
  ])('%s', (text, trigger) => {
    expect(first(`${text} a`)?.triggers).toEqual([trigger]);
  });

  test('a random time gets a value in its range, the same at each import, and says so', () => {
    const expression = (text: string) => {
      const trigger = first(text)?.triggers?.[0];
      return trigger?.type === 'cron' ? (trigger.expression ?? '').split(' ') : [];
    };
    const [minute, hour] = expression('0~59 ~5 * * * a');
    expect(Number(minute)).toBeLessThan(60);
    expect(Number(hour)).toBeLessThan(6);
    expect(expression('0~59 ~5 * * * a')).toEqual(expression('0~59 ~5 * * * a'));
    const many = Array.from({ length: 50 }, (_, n) => Number(expression(`20~29 * * * * job ${n}`)[0]));
    expect(new Set(many).size).toBeGreaterThan(5);
    expect(many.every((value) => value >= 20 && value <= 29)).toBe(true);
    expect(expression('~/15 * * * * a')[0]).toMatch(/^(?:1?\d)-59\/15$/);
    expect(expression('1,10~20 * * * * a')[0]).toMatch(/^1,(?:1\d|20)$/);
    expect(linesOf(read('0~59 3 * * * a').remarks)[0]).toMatch(
      /^1: The minute 0~59 is a random one; it became \d+, and stays so/,
    );
    expect(linesOf(read('9~3 3 * * * a').problems)).toEqual(['1: "9~3" is no random range of the minute']);
  });

  test('flags for mail and log are no part of the command', () => {
    expect(first('0 5 * * * -n -q /usr/bin/a -n')?.steps[0]).toMatchObject({ command: ['/usr/bin/a', '-n'] });
  });

  test('what cannot be taken over is reported with its line, and the rest is taken over', () => {
    const found = read(
      '0 25 * * * a\n*/90 * * * * b\n0~99 * * * * c\njust text\n0 5 * * *\n@dayly d\n0 6 * * * e',
    );
    expect(found.jobs.map(({ job }) => job.id)).toEqual(['e']);
    expect(linesOf(found.problems).map((problem) => problem.slice(0, 40))).toEqual([
      '1: hour "25" is out of range: 0 to 23 ar',
      '2: minute "*/90" has a step that is long',
      '3: "0~99" is no random range of the minu',
      '4: is neither a comment, a setting (NAME',
      '5: is neither a comment, a setting (NAME',
      '6: "@dayly" is not a schedule that Belfr',
    ]);
  });

  test('ids are free ones', () => {
    const found = read('0 5 * * * a\n0 6 * * * a\n0 7 * * * ???', { taken: ['a'] });
    expect(found.jobs.map(({ job }) => job.id)).toEqual(['a_2', 'a_3', 'job']);
  });
});

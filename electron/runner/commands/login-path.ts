import { execa } from 'execa';

export type LoginPathNeeds = {
  /** The user's shell, as `$SHELL` names it; undefined = /bin/sh. */
  shell: string | undefined;
  platform: NodeJS.Platform;
  environment: Readonly<Record<string, string | undefined>>;
  /** The shell's start-up files may wait for something for ever. */
  timeoutMs: number;
};

/** Around the PATH, since start-up files may print greetings. */
const mark = '__BELFRY_PATH__';
/** Programs by another name than sh's that understand this command line. */
const fish = /(^|\/)fish$/;

/**
 * PATH as the user's login shell has it: an application that the desktop starts gets a poor one (macOS: /usr/bin:/bin).
 * Null on Windows (the registry's PATH is the user's already), and when the shell fails or takes too long.
 */
export async function captureLoginPath(needs: LoginPathNeeds): Promise<string | null> {
  if (needs.platform === 'win32') return null;
  const shell = needs.shell || '/bin/sh';
  const path = fish.test(shell) ? '(string join : $PATH)' : '"$PATH"';
  const { stdout, failed } = await execa(
    shell,
    ['-l', '-i', '-c', `printf '%s%s%s' ${mark} ${path} ${mark}`],
    {
      env: { ...needs.environment, TERM: 'dumb', DISABLE_AUTO_UPDATE: 'true' },
      extendEnv: false,
      stdin: 'ignore',
      stderr: 'ignore',
      timeout: needs.timeoutMs,
      forceKillAfterDelay: 200,
      killDescendants: true,
      cleanup: false,
      reject: false,
      maxBuffer: 1024 * 1024,
    },
  );
  const found = stdout.split(mark)[1]?.trim();
  return failed || !found ? null : found;
}

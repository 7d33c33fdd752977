import process from 'node:process';

/** Sends SIGTERM or SIGKILL; a process that is gone, or may not be signalled, is left alone. */
export function signal(pid: number, how: 'polite' | 'force'): void {
  try {
    process.kill(pid, how === 'polite' ? 'SIGTERM' : 'SIGKILL');
  } catch {
    // ESRCH: it ended meanwhile, which is what was wanted. EPERM: it changed its user; the next look tells that it lives.
  }
}

/** Whether any process of the group lives (or is not yet buried). */
export function groupLives(group: number): boolean {
  try {
    process.kill(-group, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

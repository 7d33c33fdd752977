import type { Alert } from './alerts.ts';

/** More alerts than this at once, of one page, are told as one. */
const mostAtOnce = 5;
/** A summary names so many of what it stands for. */
const mostNamed = 3;

const titles: Record<Alert['page'], (count: number) => string> = {
  runs: (count) => `${count} jobs did not run as they should`,
  jobs: (count) => `${count} jobs need you`,
  posts: (count) => `${count} posts need you`,
  accounts: (count) => `${count} accounts need you to sign in`,
};

/** Alerts that came together: as they are, or where they are too many one for each page. */
export function summarize(alerts: readonly Alert[]): Alert[] {
  return [...Map.groupBy(alerts, ({ page }) => page)].flatMap(([page, list]) =>
    list.length > mostAtOnce ? [{ page, title: titles[page](list.length), body: namesOf(list) }] : list,
  );
}

function namesOf(list: readonly Alert[]): string {
  const named = list.slice(0, mostNamed).map(({ title }) => title);
  return `${named.join('; ')}; and ${list.length - named.length} more.`;
}

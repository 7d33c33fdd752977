import { attentionOf, type Status } from '../../shared/index.ts';
import { Icon, Mark } from '../parts/icon.tsx';
import { href, type Section } from '../parts/route.ts';

type Count = { number: number; meaning: string; tone: 'bad' | 'warn' };

/** The places of the window. */
export function Navigation({ current, status }: { current: Section; status: Status | undefined }) {
  const counts = countsOf(status);
  return (
    <nav className="navigation" aria-label="Main">
      <a className="brand" href={href({ page: 'overview' })} aria-label="Belfry, overview">
        <Mark />
        <span className="brand-name">Belfry</span>
        {status?.demo && <span className="brand-demo">Demo</span>}
      </a>
      <ul>
        {entries.map(({ section, text, to }) => (
          <li key={section}>
            <a
              href={to}
              title={text}
              aria-label={text}
              aria-describedby={`count-${section}`}
              aria-current={section === current ? 'page' : undefined}
            >
              <Icon name={section} />
              <span className="navigation-text">{text}</span>
              <NavigationCount id={`count-${section}`} count={counts[section]} />
            </a>
          </li>
        ))}
      </ul>
      {status && <p className="navigation-foot">Version {status.version}</p>}
    </nav>
  );
}

function NavigationCount({ id, count }: { id: string; count: Count | undefined }) {
  if (!count || count.number === 0) return null;
  return (
    <span id={id} className={`navigation-count tone-${count.tone}`}>
      {count.number > 999 ? '999+' : count.number}
      <span className="visually-hidden"> {count.meaning}</span>
    </span>
  );
}

function countsOf(status: Status | undefined): Partial<Record<Section, Count>> {
  if (!status) return {};
  const { posts, accounts } = attentionOf(status);
  return {
    jobs: { number: status.counts.failingJobs, meaning: 'failing', tone: 'bad' },
    posts: { number: posts, meaning: 'need you', tone: 'warn' },
    accounts: { number: accounts, meaning: 'need you', tone: 'bad' },
  };
}

const entries: readonly { section: Section; text: string; to: string }[] = [
  { section: 'overview', text: 'Overview', to: href({ page: 'overview' }) },
  { section: 'jobs', text: 'Jobs', to: href({ page: 'jobs' }) },
  { section: 'runs', text: 'Runs', to: href({ page: 'runs' }) },
  { section: 'posts', text: 'Posts', to: href({ page: 'posts', filter: 'pending' }) },
  { section: 'plans', text: 'Plans', to: href({ page: 'plans' }) },
  { section: 'accounts', text: 'Accounts', to: href({ page: 'accounts' }) },
  { section: 'settings', text: 'Settings', to: href({ page: 'settings' }) },
];

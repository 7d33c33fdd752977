import type { Status } from '../../../shared/index.ts';
import { href } from '../../ui/route.ts';

/** Four numbers, each leading to what it counts. */
export function Counts({ status }: { status: Status }) {
  const { counts, running } = status;
  return (
    <ul className="counts" aria-label="In numbers">
      <Count
        to={href({ page: 'runs' })}
        number={running.length}
        text="running now"
        tone={running.length > 0 ? 'busy' : 'idle'}
      />
      <Count
        to={href({ page: 'jobs' })}
        number={counts.enabledJobs}
        text={`of ${counts.jobs.toLocaleString('en-GB')} jobs enabled`}
        tone="idle"
      />
      <Count
        to={href({ page: 'posts', filter: 'pending' })}
        number={counts.queuedPosts}
        text={counts.queuedPosts === 1 ? 'post scheduled' : 'posts scheduled'}
        tone="idle"
      />
      <Count
        to={href({ page: 'posts', filter: 'needs-you' })}
        number={counts.needYou}
        text={counts.needYou === 1 ? 'post needs attention' : 'posts need attention'}
        tone={counts.needYou > 0 ? 'warn' : 'idle'}
      />
    </ul>
  );
}

function Count({ to, number, text, tone }: { to: string; number: number; text: string; tone: string }) {
  return (
    <li>
      <a className={`count tone-${tone}`} href={to}>
        <span className="count-number">{number.toLocaleString('en-GB')}</span>
        <span className="count-text">{text}</span>
      </a>
    </li>
  );
}

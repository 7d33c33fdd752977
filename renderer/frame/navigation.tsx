import { Badge, NavLink, Text } from '@mantine/core';
import { Link, type LinkProps, useLocation } from '@tanstack/react-router';
import {
  Calendar,
  CircleUser,
  Clock,
  LayoutDashboard,
  type LucideIcon,
  MessageSquare,
  Repeat,
  SlidersHorizontal,
  Terminal,
} from 'lucide-react';
import { attentionOf, type Status } from '../../shared/index.ts';
import { Mark } from '../ui/icon.tsx';

type Count = { number: number; meaning: string; color: 'red' | 'yellow' };
type Entry = {
  text: string;
  icon: LucideIcon;
  to: NonNullable<LinkProps['to']>;
  /** First parts of the addresses that belong to it. */
  places: readonly string[];
  count?: (status: Status) => Count;
};

/** The window's sections, in the order of the navigation and of the shortcuts Alt+1 to Alt+8. */
export const sections: readonly Entry[] = [
  { text: 'Overview', icon: LayoutDashboard, to: '/', places: [''] },
  {
    text: 'Posts',
    icon: MessageSquare,
    to: '/posts',
    places: ['posts', 'new-post'],
    count: (status) => ({ number: attentionOf(status).posts, meaning: 'need attention', color: 'yellow' }),
  },
  { text: 'Calendar', icon: Calendar, to: '/calendar', places: ['calendar'] },
  { text: 'Plans', icon: Repeat, to: '/plans', places: ['plans', 'new-series', 'queues', 'snippets'] },
  {
    text: 'Jobs',
    icon: Clock,
    to: '/jobs',
    places: ['jobs', 'new-job', 'templates', 'workspaces'],
    count: ({ counts }) => ({ number: counts.failingJobs, meaning: 'failing', color: 'red' }),
  },
  { text: 'Runs', icon: Terminal, to: '/runs', places: ['runs', 'output'] },
  {
    text: 'Accounts',
    icon: CircleUser,
    to: '/accounts',
    places: ['accounts', 'new-account', 'sign-in'],
    count: (status) => ({ number: attentionOf(status).accounts, meaning: 'need attention', color: 'red' }),
  },
  { text: 'Settings', icon: SlidersHorizontal, to: '/settings', places: ['settings'] },
];

/** The sections of the window, with what needs attention in each. */
export function Navigation({ status }: { status: Status | undefined }) {
  const place = useLocation({ select: ({ pathname }) => pathname.split('/')[1] ?? '' });
  return (
    <nav className="navigation" aria-label="Main">
      <Link className="brand" to="/" aria-label="Belfry, overview">
        <Mark />
        <span className="brand-name">Belfry</span>
        {status?.demo && (
          <Badge className="navigation-text" size="sm" color="yellow" variant="light">
            Demo
          </Badge>
        )}
      </Link>
      <ul>
        {sections.map((entry) => {
          const { text, icon: Icon, to, places } = entry;
          const count = status && entry.count?.(status);
          const shown = count && count.number > 0 ? count : undefined;
          const current = places.includes(place);
          return (
            <li key={text}>
              <NavLink
                renderRoot={(props) => <Link to={to} {...props} />}
                label={<span className="navigation-text">{text}</span>}
                leftSection={<Icon size={17} strokeWidth={1.8} aria-hidden="true" />}
                rightSection={shown && <SectionCount id={`count-${text}`} count={shown} />}
                active={current}
                title={text}
                aria-label={text}
                aria-describedby={shown ? `count-${text}` : undefined}
                aria-current={current ? 'page' : undefined}
              />
            </li>
          );
        })}
      </ul>
      {status && (
        <Text className="navigation-foot" size="xs" c="dimmed">
          Version {status.version}
        </Text>
      )}
    </nav>
  );
}

function SectionCount({ id, count }: { id: string; count: Count }) {
  return (
    <Badge id={id} size="sm" variant="light" color={count.color} className="navigation-count">
      {count.number > 999 ? '999+' : count.number}
      <span className="visually-hidden"> {count.meaning}</span>
    </Badge>
  );
}

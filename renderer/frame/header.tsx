import { Badge, Button, Group, Kbd, Text, UnstyledButton } from '@mantine/core';
import { spotlight } from '@mantine/spotlight';
import { Link } from '@tanstack/react-router';
import { Pause, Play, Plus, Search } from 'lucide-react';
import type { Status } from '../../shared/index.ts';
import { useApi, useLinkState } from '../api/context.tsx';
import { useAction } from '../api/use-action.ts';
import { Absolute, Relative } from '../ui/time-view.tsx';
import { useSay } from '../ui/toasts.tsx';
import { commandKey } from './shortcuts.tsx';

/** Search, the scheduler at a glance with its switch, and the way to a new post. */
export function Header({ status }: { status: Status | undefined }) {
  const lost = useLinkState() === 'lost';
  return (
    <>
      <UnstyledButton className="header-search" onClick={spotlight.open} aria-label="Search or run a command">
        <Search size={15} aria-hidden="true" />
        <span>Search or run a command</span>
        <Kbd size="xs">{commandKey} K</Kbd>
      </UnstyledButton>
      <Group className="header-right" gap="sm" wrap="nowrap">
        {status && (
          <>
            <SchedulerState status={status} lost={lost} />
            {!lost && (
              <Text className="header-next" size="sm" c="dimmed" truncate>
                <NextRun status={status} />
              </Text>
            )}
            <SchedulerButton paused={status.scheduler === 'paused'} />
          </>
        )}
        <Button
          variant="filled"
          leftSection={<Plus size={15} />}
          renderRoot={(props) => <Link to="/new-post" {...props} />}
        >
          New post
        </Button>
      </Group>
    </>
  );
}

/** Says nothing that is not known: a stopped engine runs nothing. */
function SchedulerState({ status, lost }: { status: Status; lost: boolean }) {
  const [text, color] = lost
    ? ['Not connected', 'gray']
    : status.scheduler === 'running'
      ? ['On schedule', 'green']
      : ['Paused', 'yellow'];
  return (
    <div role="status">
      <Badge
        className="header-state"
        variant="light"
        color={color}
        leftSection={<span className="state-dot" aria-hidden="true" />}
      >
        {text}
      </Badge>
    </div>
  );
}

function NextRun({ status }: { status: Status }) {
  if (status.scheduler === 'paused') return <>Nothing starts by itself. You can still run jobs.</>;
  if (!status.next) return <>Nothing scheduled</>;
  return (
    <>
      Next:{' '}
      <Link
        to="/jobs/$id"
        params={{ id: status.next.jobId }}
        aria-label={`Next run: ${status.next.name}`}
        className="header-job"
      >
        {status.next.name}
      </Link>{' '}
      <Relative at={status.next.at} />
      <span className="header-at">
        {' · '}
        <Absolute at={status.next.at} />
      </span>
    </>
  );
}

function SchedulerButton({ paused }: { paused: boolean }) {
  const api = useApi();
  const action = useAction(useSay().failed);
  const toggle = () =>
    action.run(async () => {
      await api.call(paused ? 'scheduler.start' : 'scheduler.stop', {});
    });
  return (
    <Button
      leftSection={paused ? <Play size={14} /> : <Pause size={14} />}
      aria-label={paused ? 'Resume scheduler' : 'Pause scheduler'}
      aria-busy={action.busy || undefined}
      onClick={toggle}
    >
      {paused ? 'Resume' : 'Pause'}
    </Button>
  );
}

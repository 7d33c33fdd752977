import { useSearch } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import {
  fromInstant,
  type Millis,
  type PostView,
  type TargetStatus,
  toInstant,
} from '../../../shared/index.ts';
import { useApi } from '../../api/context.tsx';
import { useAction } from '../../api/use-action.ts';
import { useCall } from '../../api/use-call.ts';
import { ButtonLink } from '../../ui/button.tsx';
import { ErrorNote } from '../../ui/note.tsx';
import { useNow, userZone } from '../../ui/now.ts';
import { Loading, Page } from '../../ui/page.tsx';
import { href } from '../../ui/route.ts';
import { absolute } from '../../ui/time.ts';
import { useSay } from '../../ui/toasts.tsx';
import {
  addDays,
  type Day,
  dayOf,
  daysOfWeek,
  mondayOf,
  sameTimeOn,
  startOf,
  weekName,
} from '../../ui/week.ts';
import { useZoneDoubt, useZoneMark, zoneName } from '../../ui/zone-doubt.tsx';
import { CalendarDay } from './calendar-day.tsx';
import { MoveDialog } from './move-dialog.tsx';
import { PostViews } from './post-views.tsx';

/** What was cancelled does not go out, and would only stand in the way. */
const statuses: readonly TargetStatus[] = [
  'draft',
  'queued',
  'sending',
  'published',
  'failed',
  'unconfirmed',
  'missed',
];
const mostPosts = 10_000;

/** A week of what goes out and went out, by day and time; a post can be dragged to another day. */
export function CalendarPage() {
  const { week } = useSearch({ from: '/calendar' });
  const today = dayOf(useNow(60_000), userZone);
  const monday = mondayOf(week ?? today);
  const inDoubt = useZoneDoubt();
  const days = useMemo(() => daysOfWeek(monday), [monday]);
  const answer = useCall('posts.list', {
    status: [...statuses],
    from: toInstant(startOf(monday, userZone)),
    to: toInstant(startOf(addDays(monday, 7), userZone)),
    order: 'soonest',
    limit: mostPosts,
  });
  const byDay = useMemo(() => grouped(answer.data ?? []), [answer.data]);
  const { moving, setMoving, drop } = useMoves(answer.data ?? [], answer.refresh);

  return (
    <Page
      title="Posts"
      layout="fill"
      beside={<PostViews current="calendar" />}
      actions={
        <ButtonLink to={href({ page: 'new-post' })} icon="plus" look="primary">
          New post
        </ButtonLink>
      }
    >
      <div className="tools">
        <div className="buttons">
          <ButtonLink small icon="left" to={href({ page: 'calendar', week: addDays(monday, -7) })}>
            Week before
          </ButtonLink>
          <ButtonLink small to={href({ page: 'calendar' })}>
            This week
          </ButtonLink>
          <ButtonLink small icon="right" to={href({ page: 'calendar', week: addDays(monday, 7) })}>
            Week after
          </ButtonLink>
        </div>
        <h2 className="calendar-week" aria-live="polite">
          {weekName(monday)}
          {inDoubt && <span className="quiet"> · {zoneName(userZone)} time</span>}
        </h2>
      </div>
      {answer.error && <ErrorNote error={answer.error} retry={answer.refresh} />}
      {answer.data?.length === mostPosts && <p className="quiet">Only the first 10,000 are shown.</p>}
      {answer.data?.length === 0 && (
        <p className="quiet" role="status">
          Nothing goes out in this week. Posts with a time stand here, drafts too; drag one to move it to
          another day.
        </p>
      )}
      {!answer.data && !answer.error && <Loading what="calendar" />}
      {answer.data && (
        <div className="calendar">
          {days.map((day) => (
            <CalendarDay
              key={day}
              day={day}
              today={today}
              posts={byDay.get(day) ?? []}
              onDrop={drop}
              onMove={(post) => setMoving({ post })}
            />
          ))}
        </div>
      )}
      {moving && <MoveDialog {...moving} onClose={() => setMoving(undefined)} changed={answer.refresh} />}
    </Page>
  );
}

function grouped(posts: readonly PostView[]): ReadonlyMap<Day, readonly PostView[]> {
  const days = new Map<Day, PostView[]>();
  for (const post of posts) {
    if (post.publishAt === null) continue;
    const day = dayOf(fromInstant(post.publishAt), userZone);
    const list = days.get(day);
    if (list) list.push(post);
    else days.set(day, [post]);
  }
  return days;
}

/** Moves a post to another day at its time of day; where that time is over, the user is asked for another. */
function useMoves(posts: readonly PostView[], changed: () => void) {
  const api = useApi();
  const say = useSay();
  const action = useAction(say.failed);
  const mark = useZoneMark();
  const [moving, setMoving] = useState<{ post: PostView; to?: number }>();
  const drop = (id: string, day: Day) => {
    const post = posts.find((one) => one.id === id);
    if (!post?.publishAt) return;
    const from = fromInstant(post.publishAt);
    if (dayOf(from, userZone) === day) return;
    const to = sameTimeOn(from, day, userZone);
    const now = Date.now();
    if (to < now) return setMoving({ post, to });
    void action.run(async () => {
      await api.call('posts.move', { id, publishAt: toInstant(to) });
      say.done(
        `Moved to ${absolute(to, userZone, now)}${mark(to)}.`,
        canGoBack(post, from, now) ? () => back(id, from) : undefined,
      );
      changed();
    });
  };
  const back = (id: string, to: Millis) =>
    void action.run(async () => {
      await api.call('posts.move', { id, publishAt: toInstant(to) });
      changed();
    });
  return { moving, setMoving, drop };
}

/** Whether a move back would leave a post as it was: one whose time was over, or that did not wait, would be another. */
function canGoBack(post: PostView, from: Millis, now: Millis): boolean {
  return from > now && post.targets.every(({ status }) => status === 'queued');
}

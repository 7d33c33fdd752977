import { type DragEvent, useState } from 'react';
import { fromInstant, type PostView } from '../../../shared/index.ts';
import { Button } from '../../ui/button.tsx';
import { excerpt } from '../../ui/excerpt.ts';
import { Icon, type IconName } from '../../ui/icon.tsx';
import { userZone } from '../../ui/now.ts';
import { href } from '../../ui/route.ts';
import { clock } from '../../ui/time.ts';
import { type Day, dayName } from '../../ui/week.ts';
import { plural, type Tone, targetWords } from '../../ui/wording.ts';
import { isMovable } from './post-states.ts';

type DayProps = {
  day: Day;
  today: Day;
  posts: readonly PostView[];
  onDrop: (id: string, day: Day) => void;
  onMove: (post: PostView) => void;
};

const shownAtFirst = 40;
const dragged = 'application/x-belfry-post';

/** One day of the calendar: what goes out, by time. */
export function CalendarDay({ day, today, posts, onDrop, onMove }: DayProps) {
  const [over, setOver] = useState(false);
  const [whole, setWhole] = useState(false);
  const name = dayName(day);
  const shown = whole ? posts : posts.slice(0, shownAtFirst);
  const isPost = (event: DragEvent) => event.dataTransfer.types.includes(dragged);
  const classes = ['cal-day', day === today && 'cal-today', day < today && 'cal-past', over && 'cal-over'];
  return (
    <section
      className={classes.filter(Boolean).join(' ')}
      aria-label={`${name.full}${day === today ? ', today' : ''}`}
      onDragOver={(event) => {
        if (!isPost(event) || day < today) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget instanceof Node ? event.relatedTarget : null))
          setOver(false);
      }}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        onDrop(event.dataTransfer.getData(dragged), day);
      }}
    >
      <h3 className="cal-head">
        <span>{name.weekday}</span> <strong>{name.date}</strong>
        {posts.length > 0 && (
          <span className="cal-count">
            {posts.length.toLocaleString('en-GB')}
            <span className="visually-hidden"> {posts.length === 1 ? 'post' : 'posts'}</span>
          </span>
        )}
      </h3>
      <ul className="cal-posts">
        {shown.map((post) => (
          <CalendarPost key={post.id} post={post} onMove={() => onMove(post)} />
        ))}
      </ul>
      {shown.length < posts.length && (
        <Button small look="quiet" onClick={() => setWhole(true)}>
          {plural(posts.length - shown.length, 'more post')}
        </Button>
      )}
    </section>
  );
}

const icons: Record<Tone, IconName> = {
  ok: 'check',
  bad: 'close',
  warn: 'alert',
  busy: 'clock',
  idle: 'dash',
};

function CalendarPost({ post, onMove }: { post: PostView; onMove: () => void }) {
  const word = targetWords[post.status];
  const text = excerpt(post.text).slice(0, 120);
  const time = post.publishAt ? clock(fromInstant(post.publishAt), userZone, 'never') : '';
  const movable = isMovable(post);
  return (
    <li
      className={`cal-post tone-${word.tone} ${post.status === 'draft' ? 'cal-draft' : ''}`}
      draggable={movable}
      onDragStart={(event) => {
        event.dataTransfer.setData(dragged, post.id);
        event.dataTransfer.effectAllowed = 'move';
      }}
    >
      <a href={href({ page: 'post', id: post.id })} draggable={false} title={`${word.text}: ${text}`}>
        <span className="cal-time">
          <Icon name={icons[word.tone]} size={11} />
          <time dateTime={post.publishAt ?? undefined}>{time}</time>
          <span className="visually-hidden"> {word.text}, </span>
        </span>
        <span className="cal-text">{text}</span>
      </a>
      {movable && (
        <Button
          small
          look="quiet"
          icon="calendar"
          label={`Move ${time} ${text.slice(0, 60)}`}
          onClick={onMove}
        />
      )}
    </li>
  );
}

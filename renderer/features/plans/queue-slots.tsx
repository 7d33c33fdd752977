import { useEffect, useRef } from 'react';
import { fromInstant, type QueuePlace, type QueueView } from '../../../shared/index.ts';
import { useApi } from '../../api/context.tsx';
import { useAction } from '../../api/use-action.ts';
import { Button } from '../../ui/button.tsx';
import type { IconName } from '../../ui/icon.tsx';
import { useNow, userZone } from '../../ui/now.ts';
import { href } from '../../ui/route.ts';
import { absolute, exact } from '../../ui/time.ts';
import { useSay } from '../../ui/toasts.tsx';
import { plural } from '../../ui/wording.ts';
import { useZoneMark } from '../../ui/zone-doubt.tsx';
import { movable, type QueueEntry } from './slot-draft.ts';

const places = [
  ['top', 'Move to the top', 'top'],
  ['up', 'Move up', 'up'],
  ['down', 'Move down', 'down'],
  ['bottom', 'Move to the bottom', 'bottom'],
] as const satisfies readonly (readonly [QueuePlace, string, IconName])[];

type SlotsProps = { queue: QueueView; name: string; more: () => void; changed: () => void };

/** The next slots of a queue with what is in them; posts in slots can change places. */
export function QueueSlots({ queue, name, more, changed }: SlotsProps) {
  const api = useApi();
  const say = useSay();
  const action = useAction(say.failed);
  const now = useNow(60_000);
  const mark = useZoneMark();
  const list = useRef<HTMLUListElement>(null);
  const moved = useRef<string>(undefined);
  const order = movable(queue.upcoming);
  const isWhole = queue.upcoming.at(-1)?.post === null;

  // The button that was pressed went elsewhere with its post, and the browser lost the focus on the way.
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a new order can have moved it
  useEffect(() => {
    const post = moved.current;
    const active = document.activeElement;
    if (post === undefined || (active !== document.body && !active?.matches(':disabled'))) return;
    list.current?.querySelector<HTMLElement>(`[data-post="${CSS.escape(post)}"] button:enabled`)?.focus();
  }, [queue]);

  const move = (post: string, to: QueuePlace) =>
    action.run(async () => {
      moved.current = post;
      const view = await api.call('queue.move', { account: queue.account, post, to });
      const at = view.upcoming.find((entry) => entry.post?.id === post)?.at;
      if (at)
        say.done(
          `Moved to ${absolute(fromInstant(at), queue.timezone, Date.now(), 'never')}${mark(fromInstant(at), queue.timezone)}.`,
        );
      changed();
    });
  const isStuck = (post: string, to: QueuePlace) => {
    const index = order.indexOf(post);
    if (to === 'top' || to === 'up') return index === 0;
    return isWhole && index === order.length - 1;
  };

  return (
    <>
      <ul ref={list} className="card joined slots" aria-label={`Slots of ${name}`}>
        {queue.upcoming.map((entry) => (
          <li
            key={entry.post ? entry.post.id : entry.at}
            data-post={entry.post?.id}
            className={entry.post ? 'slot' : 'slot slot-free'}
          >
            <time dateTime={entry.at} title={exact(fromInstant(entry.at), userZone)}>
              {absolute(fromInstant(entry.at), queue.timezone, now, 'never')}
            </time>
            <SlotText entry={entry} />
            {entry.slot && entry.post && (
              <span className="slot-moves">
                {places.map(([to, label, icon]) => (
                  <Button
                    key={to}
                    small
                    look="quiet"
                    icon={icon}
                    label={`${label}: ${excerpt(entry)}`}
                    disabled={isStuck(entry.post?.id ?? '', to)}
                    onClick={() => void move(entry.post?.id ?? '', to)}
                  />
                ))}
              </span>
            )}
          </li>
        ))}
      </ul>
      {queue.later > 0 && <p className="quiet">And {plural(queue.later, 'more post')} after these.</p>}
      <div>
        <Button small look="quiet" icon="down" label={`Show more slots of ${name}`} onClick={more}>
          Show more
        </Button>
      </div>
    </>
  );
}

function SlotText({ entry }: { entry: QueueEntry }) {
  if (!entry.post) return <span className="slot-text quiet">Free</span>;
  return (
    <span className="slot-text">
      <a href={href({ page: 'post', id: entry.post.id })}>{excerpt(entry)}</a>
      {!entry.slot && <span className="tag">At a time of its own</span>}
    </span>
  );
}

function excerpt({ post }: QueueEntry): string {
  const text = (post?.text ?? '').trim().replace(/\s+/g, ' ');
  return text === '' ? '(no text)' : text.slice(0, 120);
}

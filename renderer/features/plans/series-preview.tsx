import {
  calendarTriggerSchema,
  check,
  type FireTimes,
  fillText,
  fromInstant,
  type SeriesDraft as SeriesInput,
  type Snippets,
} from '../../../shared/index.ts';
import { useCall } from '../../api/use-call.ts';
import { NextTimes } from '../../ui/next-times.tsx';
import { ErrorNote, Note } from '../../ui/note.tsx';
import { Section } from '../../ui/page.tsx';
import { useLast } from '../../ui/use-last.ts';
import { toLocal } from '../../ui/zone.ts';

type PreviewProps = {
  series: SeriesInput;
  zone: string | undefined;
  snippets: Snippets;
  /** Posts of the rule that are past already. */
  past: number;
};

/** The next times of a series that is not saved yet, and what the first of its posts would say. */
export function SeriesPreview({ series, zone, snippets, past }: PreviewProps) {
  const checked = check(calendarTriggerSchema, series.rule);
  const input =
    checked.ok && zone !== undefined ? { trigger: checked.value, timezone: zone, count: 10 } : null;
  const times = useCall('schedule.next', input);
  const data = useLast(times.data);
  const shown = input && data ? beforeEnd(data, series.end, past) : undefined;
  const [first] = shown?.next ?? [];
  return (
    <div className="editor-preview">
      <Section title="When it posts">
        <p role="status" className="visually-hidden">
          {shown?.description}
        </p>
        {times.error && <ErrorNote error={times.error} />}
        {shown && <NextTimes times={shown} />}
        {shown?.next.length === 0 && <p className="quiet">No post is to come.</p>}
        {!input && <p className="quiet">The next times appear here once the rule is whole.</p>}
      </Section>
      {first && zone && (
        <Section title="What the next one says">
          <Words series={series} snippets={snippets} day={toLocal(fromInstant(first), zone).slice(0, 10)} />
        </Section>
      )}
    </div>
  );
}

function Words({ series, snippets, day }: { series: SeriesInput; snippets: Snippets; day: string }) {
  const { template, text = '', values } = series.post;
  const words = template === undefined ? text : snippets.texts.find(({ id }) => id === template)?.text;
  if (words === undefined) return <p className="quiet">Choose a named text.</p>;
  if (words.trim() === '') return <p className="quiet">No text yet.</p>;
  if (values === undefined) return <p className="card post-words">{words}</p>;
  const filled = fillText(words, { values: { date: day, ...values }, hashtags: snippets.hashtags }, '');
  return (
    <>
      <p className="card post-words">{filled.text}</p>
      {filled.problems.length > 0 && (
        <Note tone="warn">
          {filled.problems.map(({ message }) => (
            <p key={message}>This text {message}.</p>
          ))}
        </Note>
      )}
    </>
  );
}

/** The times that an end leaves: up to its instant, or as many as are left of its number. */
export function beforeEnd(times: FireTimes, end: SeriesInput['end'], past: number): FireTimes {
  if (!end) return times;
  const next =
    'at' in end
      ? times.next.filter((at) => fromInstant(at) <= fromInstant(end.at))
      : times.next.slice(0, Math.max(0, end.count - past));
  return { ...times, next };
}

import { fromInstant, type Wait, waitText } from '../../shared/index.ts';
import { useNow, userZone } from './now.ts';
import { absolute, duration, exact, relative } from './time.ts';
import { useZoneMark } from './zone-doubt.tsx';

type TimeProps = { at: string; zone?: string };

/** `in 12 min`, with the exact instant as tooltip. */
export function Relative({ at, zone = userZone }: TimeProps) {
  const now = useNow();
  const instant = fromInstant(at);
  return (
    <time dateTime={at} title={exact(instant, zone)}>
      {relative(instant, now)}
    </time>
  );
}

/** `Tomorrow 02:00`, without seconds, with the exact instant as tooltip. */
export function Absolute({ at, zone = userZone }: TimeProps) {
  const now = useNow(60_000);
  const mark = useZoneMark();
  const instant = fromInstant(at);
  return (
    <time dateTime={at} title={exact(instant, zone)}>
      {absolute(instant, zone, now, 'never')}
      {mark(instant, zone)}
    </time>
  );
}

/** `Tomorrow 02:00:07`, for those who compare; the whole instant as tooltip. */
export function ExactTime({ at, zone = userZone }: TimeProps) {
  const now = useNow(60_000);
  const mark = useZoneMark();
  const instant = fromInstant(at);
  return (
    <time dateTime={at} title={exact(instant, zone)}>
      {absolute(Math.floor(instant / 1000) * 1000, zone, now, 'always')}
      {mark(instant, zone)}
    </time>
  );
}

/** Time passed from `from` to `to`, or to now while there is no end. */
export function Elapsed({ from, to }: { from: string; to: string | null }) {
  return to === null ? (
    <Ticking from={from} />
  ) : (
    <span className="number">{duration(fromInstant(to) - fromInstant(from))}</span>
  );
}

/** What a post waits for, as the end of a sentence. */
export function WaitsFor({ wait }: { wait: Wait }) {
  const now = useNow();
  return <>{waitText(wait, (at) => relative(fromInstant(at), now))}</>;
}

function Ticking({ from }: { from: string }) {
  const now = useNow();
  const passed = Math.max(0, now - fromInstant(from));
  return <span className="number">{duration(Math.floor(passed / 1000) * 1000)}</span>;
}

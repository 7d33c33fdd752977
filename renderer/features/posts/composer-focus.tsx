import { Button } from '../../ui/button.tsx';

type Focus = readonly [number, number];
type FocusProps = { name: string; focus: Focus | null; onChange: (focus: Focus | null) => void };

const axes = [
  { label: 'left to right', at: 0 },
  { label: 'bottom to top', at: 1 },
] as const;

/** The point of a picture that stays in sight when a network crops it: two sliders, and a frame to click into. */
export function ComposerFocus({ name, focus, onChange }: FocusProps) {
  const [x, y] = focus ?? [0, 0];
  const set = (at: 0 | 1, value: number) => onChange(at === 0 ? [value, y] : [x, value]);
  return (
    <fieldset className="field focus">
      <legend>Focus of {name}</legend>
      <div className="focus-row">
        {/* biome-ignore lint/a11y/noStaticElementInteractions: the sliders beside it do the same from the keyboard */}
        {/* biome-ignore lint/a11y/useKeyWithClickEvents: the sliders beside it do the same from the keyboard */}
        <div
          className="focus-frame"
          onClick={(event) => onChange(pointOf(event.currentTarget.getBoundingClientRect(), event))}
        >
          <svg viewBox="-1 -1 2 2" preserveAspectRatio="none" aria-hidden="true">
            <path className="focus-cross" d={`M${x} -1V1M-1 ${-y}H1`} />
          </svg>
        </div>
        <div className="focus-sliders">
          {axes.map(({ label, at }) => (
            <label key={label} className="focus-slider">
              <span className="row-sub">{label}</span>
              <input
                type="range"
                min={-1}
                max={1}
                step={0.05}
                value={at === 0 ? x : y}
                onChange={(event) => set(at, Number(event.target.value))}
              />
            </label>
          ))}
          {focus === null ? (
            <p className="field-hint">The middle, as long as nothing is chosen</p>
          ) : (
            <div>
              <Button small look="quiet" label={`No focus for ${name}`} onClick={() => onChange(null)}>
                Back to the middle
              </Button>
            </div>
          )}
        </div>
      </div>
    </fieldset>
  );
}

type Place = { clientX: number; clientY: number };

function pointOf(box: DOMRect, { clientX, clientY }: Place): Focus {
  const share = (part: number, whole: number) => Math.min(1, Math.max(-1, (2 * part) / whole - 1));
  return [rounded(share(clientX - box.left, box.width)), rounded(-share(clientY - box.top, box.height))];
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100 || 0;
}

import { Button } from '../../ui/button.tsx';
import { plural } from '../../ui/wording.ts';
import type { Bulk } from './bulk.ts';

type BarProps = {
  count: number;
  /** There are posts that fit and are not chosen, because they are not loaded yet. */
  more: boolean;
  onAll: () => void;
  onBulk: (kind: Bulk['kind']) => void;
  onClear: () => void;
};

/** What can be done with the chosen posts. */
export function SelectionBar({ count, more, onAll, onBulk, onClear }: BarProps) {
  return (
    <section className="selection" aria-label="Chosen posts">
      <p role="status">
        <strong>{plural(count, 'post')} chosen</strong>
      </p>
      {more && (
        <Button small look="quiet" onClick={onAll}>
          Choose all that fit
        </Button>
      )}
      <div className="buttons tools-end">
        <Button small icon="calendar" onClick={() => onBulk('move')}>
          Move
        </Button>
        <Button small icon="retry" onClick={() => onBulk('retry')}>
          Try again
        </Button>
        <Button small icon="close" look="danger" onClick={() => onBulk('cancel')}>
          Cancel posts
        </Button>
        <Button small look="quiet" onClick={onClear}>
          Choose none
        </Button>
      </div>
    </section>
  );
}

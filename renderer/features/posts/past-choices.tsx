import type { PastChoice, Problem } from '../../../shared/index.ts';
import { Button } from '../../ui/button.tsx';

/** A time so little ago counts as now, for the engine as well. */
export const nowToleranceMs = 5 * 60_000;

const timeFields: readonly string[] = ['publishAt', 'post.publishAt', 'to.publishAt', 'to.bySeconds'];

/** Whether a time was refused. The form itself reports what is no time at all, so that this one is past. */
export function isTimeRefused(problems: readonly Problem[]): boolean {
  return problems.some(({ field }) => timeFields.includes(field));
}

type ChoicesProps = {
  busy: boolean;
  /** What begun to go out, or was missed, does not go back to the drafts. */
  draft?: boolean;
  onChoose: (past: PastChoice) => void;
};

/** What may be meant by a time that is past. */
export function PastChoices({ busy, draft = true, onChoose }: ChoicesProps) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for fields, and these are buttons
    <div className="buttons" role="group" aria-label="This time is past. What is meant?">
      <Button busy={busy} onClick={() => onChoose('publish')}>
        Publish now
      </Button>
      {draft && (
        <Button busy={busy} onClick={() => onChoose('draft')}>
          Save as draft
        </Button>
      )}
    </div>
  );
}

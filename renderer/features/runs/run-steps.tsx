import type { StepView } from '../../../shared/index.ts';
import { Badge } from '../../ui/badge.tsx';
import { Elapsed } from '../../ui/time-view.tsx';
import { stepWords, withoutCode } from '../../ui/wording.ts';

/** The steps of a run with how each ended. */
export function RunSteps({ steps }: { steps: readonly StepView[] }) {
  return (
    <ol className="run-steps" aria-label="Steps">
      {steps.map((step, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: steps have no identity but their place
        <li key={index} className="run-step">
          <p className="step-name">{step.name}</p>
          <p className="run-step-state">
            <Badge word={stepWords[step.status]} live={step.status === 'running'} />
            <span className="quiet">
              {step.startedAt && <Elapsed from={step.startedAt} to={step.finishedAt} />}
              {ending(step)}
            </span>
          </p>
          {step.result && (
            <p className="run-step-result">
              Result <code>{step.result}</code>
            </p>
          )}
          {step.error && (
            <p className={step.status === 'skipped' ? 'row-sub' : 'run-step-error'}>
              {withoutCode(step.error)}
            </p>
          )}
        </li>
      ))}
    </ol>
  );
}

function ending({ exitCode, signal }: StepView): string {
  if (signal) return ` · ${signal}`;
  return exitCode === null || exitCode === 0 ? '' : ` · exit code ${exitCode}`;
}

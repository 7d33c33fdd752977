import type { CallInput, PlannedStep } from '../../../shared/index.ts';
import { useCall } from '../../api/use-call.ts';
import { ErrorNote, Note } from '../../ui/note.tsx';
import { plural, withoutCode } from '../../ui/wording.ts';
import { Words } from './job-steps.tsx';

/** What a run would do with this input, looked up by the engine while nothing is run; `null` while the input has mistakes. */
export function DryRun({ input }: { input: CallInput<'jobs.preview'> | null }) {
  const planned = useCall('jobs.preview', input);
  const first = input?.fromStep ?? 1;
  return (
    <section className="dry-run" aria-label="Dry run">
      <h3>Dry run: what it would do</h3>
      {planned.error && <ErrorNote error={planned.error} />}
      {!planned.data && !planned.error && (
        <p className="quiet">{input ? 'Looking everything up…' : 'Put the mistakes right first.'}</p>
      )}
      {planned.data && (
        <ol className="steps" start={first} style={{ counterReset: `step ${first - 1}` }}>
          {planned.data.map((step, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: steps have no identity but their place
            <li key={index} className="step">
              <Planned step={step} />
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

function Planned({ step }: { step: PlannedStep }) {
  const { name, when, argv, shell, cwd, env, problem } = step;
  return (
    <>
      <p className="step-name">{name}</p>
      <p className="argv">
        <Words words={argv.slice(0, 1)} kind="argv-start" />
        <Words words={argv.slice(1)} kind="argv-word" />
      </p>
      <p className="row-sub">
        {[
          shell && 'as a shell line',
          when === 'failure' && 'only after a failure',
          when === 'always' && 'in any case',
          cwd && `in ${cwd}`,
        ]
          .filter(Boolean)
          .join(' · ')}
      </p>
      {env.length > 0 && (
        <details className="planned-env">
          <summary>{plural(env.length, 'variable')}</summary>
          <p className="row-sub">{env.join(', ')}</p>
        </details>
      )}
      {problem && <Note tone="warn">{withoutCode(problem)}</Note>}
    </>
  );
}

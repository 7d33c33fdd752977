import { argvText, type RunParameters, type RunView } from '../../../shared/index.ts';
import { type Fact, Facts } from '../../ui/facts.tsx';
import { Note } from '../../ui/note.tsx';
import { useNow, userZone } from '../../ui/now.ts';
import { Absolute, Elapsed } from '../../ui/time-view.tsx';
import { causeWords, gapText, runWords, withoutCode } from '../../ui/wording.ts';
import { useZoneMark } from '../../ui/zone-doubt.tsx';

/** When and why a run was, in one line; what did not run, in one sentence. */
export function RunFacts({ run }: { run: RunView }) {
  const now = useNow(60_000);
  const mark = useZoneMark();
  const gap = gapText(run, userZone, now, mark);
  const facts: Fact[] = [['Cause', causeWords[run.cause]]];
  if (run.slot) facts.push(['Due', <Absolute key="due" at={run.slot} />]);
  if (run.startedAt) facts.push(['Started', <Absolute key="started" at={run.startedAt} />]);
  if (run.startedAt)
    facts.push([
      run.finishedAt ? 'Took' : 'For',
      <Elapsed key="took" from={run.startedAt} to={run.finishedAt} />,
    ]);
  if (run.parameters) facts.push(['Given', given(run.parameters)]);
  if (run.attempt > 1) facts.push(['Attempt', run.attempt]);
  return (
    <>
      <Facts facts={facts} className="fact-line" />
      {(gap ?? run.reason) && (
        <Note tone={runWords[run.status].tone}>
          {gap && <p>{gap}.</p>}
          {run.reason && <p>{withoutCode(run.reason)}</p>}
        </Note>
      )}
    </>
  );
}

/** What the user gave the run on its way; values of variables stay out of sight. */
function given({ args, env }: RunParameters): string {
  return [argvText(args), ...Object.keys(env).map((name) => `${name}=…`)]
    .filter((part) => part !== '')
    .join(' ');
}

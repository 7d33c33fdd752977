import {
  type BuiltinStep,
  type CommandStep,
  type PlannedStep,
  type Step,
  shownUrl,
  type Workspace,
} from '../../../shared/index.ts';
import { useCall } from '../../api/use-call.ts';
import { Note } from '../../ui/note.tsx';
import { duration } from '../../ui/time.ts';
import { withoutCode } from '../../ui/wording.ts';

type StepsProps = {
  steps: readonly Step[];
  /** What each step would do now, if the job is known to the engine. */
  planned?: readonly PlannedStep[] | undefined;
};

/** The steps in order, each with the very words that are run and what would keep it from starting. */
export function JobSteps({ steps, planned = [] }: StepsProps) {
  const workspaces = useCall('workspaces.list', {});
  return (
    <ol className="steps">
      {steps.map((step, index) => {
        const problem = planned[index]?.problem;
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: steps have no identity but their place
          <li key={index} className="step">
            <p className="step-name">{step.name}</p>
            <What step={step} workspaces={workspaces.data ?? []} />
            <Remarks step={step} />
            {problem && <Note tone="warn">{withoutCode(problem)}</Note>}
          </li>
        );
      })}
    </ol>
  );
}

function What({ step, workspaces }: { step: Step; workspaces: readonly Workspace[] }) {
  switch (step.type) {
    case 'command':
      return <CommandText step={step} workspace={workspaces.find((known) => known.id === step.workspace)} />;
    case 'webhook':
      return (
        <p className="argv">
          <Words words={[step.method]} kind="argv-start" />
          <Words words={[shownUrl(step.url)]} kind="argv-word" />
        </p>
      );
    case 'builtin':
      return <p className="quiet">{builtinWords[step.action]}</p>;
  }
}

function CommandText({ step, workspace }: { step: CommandStep; workspace: Workspace | undefined }) {
  const folder = step.cwd ?? workspace?.cwd;
  const start = step.command ?? workspace?.command ?? [`(workspace ${step.workspace})`];
  return (
    <>
      <p className="argv">
        <Words words={start} kind="argv-start" />
        <Words words={step.args} kind="argv-word" />
      </p>
      {folder && (
        <p className="row-sub">
          in <code>{folder}</code>
          {step.workspace && ` (workspace ${step.workspace})`}
        </p>
      )}
      {step.shell && <Note tone="warn">Runs as a shell line: what the words mean is up to the shell.</Note>}
    </>
  );
}

/** Words of a command, each in a frame of its own, so that one sees where it begins and ends. */
export function Words({ words, kind }: { words: readonly string[]; kind: 'argv-start' | 'argv-word' }) {
  return words.map((word, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: words have no identity but their place
    <code key={index} className={kind}>
      {word === '' ? '""' : word}
    </code>
  ));
}

function Remarks({ step }: { step: Step }) {
  const remarks = [
    step.when === 'failure' && 'only after a failure',
    step.when === 'always' && 'always, also after a failure',
    step.continue && 'a failure does not stop the run',
    step.timeoutSeconds !== null && `ended after ${duration(step.timeoutSeconds * 1000)}`,
    step.retry !== undefined && step.retry.attempts > 0 && `tried up to ${step.retry.attempts + 1} times`,
    step.type === 'command' && step.output === 'posts' && postsWords[step.posts],
    step.type === 'command' && step.output === 'posts' && limitWords(step),
    step.type === 'command' && step.output === 'json' && 'its last JSON value goes to the later steps',
  ].filter((remark) => remark !== false && remark !== '');
  if (remarks.length === 0) return null;
  return <p className="row-sub">{remarks.join(' · ')}</p>;
}

const postsWords: Record<CommandStep['posts'], string> = {
  draft: 'each line it prints becomes a draft',
  queued: 'each line it prints becomes a scheduled post',
};

function limitWords({ postLimits: limits }: CommandStep): string {
  if (!limits) return '';
  const { accounts, folders, maxPosts, maxBytes } = limits;
  return [
    accounts && `for ${accounts.join(', ')} only`,
    folders && `files from ${folders.join(', ')} only`,
    maxPosts !== undefined && `at most ${maxPosts} posts`,
    maxBytes !== undefined && `at most ${maxBytes} bytes`,
  ]
    .filter(Boolean)
    .join(' · ');
}

const builtinWords: Record<BuiltinStep['action'], string> = {
  publish_due_posts: 'Belfry publishes the posts that are due.',
  refresh_tokens: 'Belfry renews the sign-ins that are about to expire.',
};

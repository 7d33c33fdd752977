import { type ExportFormat, exportRun, type RunView } from '../../../shared/index.ts';
import { useApi } from '../../api/context.tsx';
import { useAction } from '../../api/use-action.ts';
import { Button } from '../../ui/button.tsx';
import { saveFile } from '../../ui/save-file.ts';
import { useSay } from '../../ui/toasts.tsx';

const formats = {
  text: { words: 'Save as text', ending: 'txt', type: 'text/plain' },
  json: { words: 'Save as JSON', ending: 'json', type: 'application/json' },
} as const satisfies Record<ExportFormat, { words: string; ending: string; type: string }>;

/** Saves a run with its steps and all of its output as a file. */
export function ExportButtons({ run }: { run: RunView }) {
  const api = useApi();
  const action = useAction(useSay().failed);
  const save = (format: ExportFormat) =>
    action.run(async () => {
      const { ending, type } = formats[format];
      const document = exportRun(run, format, (query) => api.call('runs.output', query));
      await saveFile(`${run.jobId}-${run.id}.${ending}`, type, document);
    });
  return (
    <div className="buttons">
      <Button small icon="down" busy={action.busy} onClick={() => save('text')}>
        {formats.text.words}
      </Button>
      <Button small icon="down" busy={action.busy} onClick={() => save('json')}>
        {formats.json.words}
      </Button>
    </div>
  );
}

import { useDeferredValue, useState } from 'react';
import type { RunView } from '../../../shared/index.ts';
import { plainText } from '../../ui/ansi.ts';
import { Button } from '../../ui/button.tsx';
import { copyText } from '../../ui/copy.ts';
import { ErrorNote } from '../../ui/note.tsx';
import { SearchBox } from '../../ui/search-box.tsx';
import { useSay } from '../../ui/toasts.tsx';
import { plural } from '../../ui/wording.ts';
import { ExportButtons } from './export-buttons.tsx';
import { LogLines } from './log-lines.tsx';
import { useOutput } from './use-output.ts';
import { useOutputSearch } from './use-output-search.ts';

const mostHits = 1000;

/** A run's output: live, searchable, and to be copied. */
export function OutputView({ run }: { run: RunView }) {
  const { id: runId, steps } = run;
  const live = run.status === 'running';
  const output = useOutput(runId);
  const say = useSay();
  const [search, setSearch] = useState('');
  const wanted = useDeferredValue(search.trim());
  const hits = useOutputSearch(wanted, { id: runId, most: mostHits, live });
  const lines = wanted ? hits.data?.lines : output.lines;
  const error = wanted ? hits.error : output.error;
  const copy = () => {
    const text = (lines ?? []).map((line) => plainText(line.text)).join('\n');
    copyText(text).then(() => say.done(`${plural(lines?.length ?? 0, 'line')} copied.`), say.failed);
  };

  return (
    <section className="output" aria-label="Output">
      <div className="output-tools">
        <SearchBox label="Search output" value={search} onChange={setSearch} />
        <p className="quiet" role="status">
          {wanted &&
            hits.data &&
            (hits.data.more
              ? `The first ${plural(mostHits, 'line')}`
              : plural(hits.data.lines.length, 'line'))}
        </p>
        <Button small icon="copy" disabled={!lines || lines.length === 0} onClick={copy}>
          Copy
        </Button>
        <ExportButtons run={run} />
      </div>
      {error && <ErrorNote error={error} />}
      <LogLines
        key={wanted ? 'search' : 'all'}
        lines={lines ?? []}
        stepName={(step) => steps[step]?.name}
        search={wanted}
        follow={!wanted}
        earlier={!wanted && output.earlier}
        onEarlier={output.loadEarlier}
        empty={
          lines ? (wanted ? 'No line contains this.' : live ? 'No output yet.' : 'It printed nothing.') : ''
        }
      />
    </section>
  );
}

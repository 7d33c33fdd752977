import { useDeferredValue, useState } from 'react';
import { useCall } from '../../api/use-call.ts';
import { ErrorNote } from '../../parts/note.tsx';
import { Page } from '../../parts/page.tsx';
import { href } from '../../parts/route.ts';
import { SearchBox } from '../../parts/search-box.tsx';
import { plural } from '../../parts/wording.ts';
import { GroupedLines } from './grouped-lines.tsx';

const limit = 500;

/** The newest lines of all runs, and a search through them. */
export function OutputPage() {
  const [search, setSearch] = useState('');
  const wanted = useDeferredValue(search.trim());
  const lines = useCall(
    'runs.output',
    { tail: true, limit, ...(wanted ? { search: wanted } : {}) },
    {
      refreshOn: ['runs.output'],
      quietMs: 1000,
    },
  );
  return (
    <Page title="Output" back={{ to: href({ page: 'runs' }), text: 'Runs' }}>
      <div className="tools">
        <SearchBox label="Search the output of all runs" value={search} onChange={setSearch} />
        <p className="quiet" role="status">
          {lines.data && plural(lines.data.length, wanted ? 'matching line' : 'newest line')}
        </p>
      </div>
      {lines.error && <ErrorNote error={lines.error} retry={lines.refresh} />}
      {lines.data?.length === 0 && (
        <p className="quiet">{wanted ? 'No line contains this.' : 'Nothing was printed yet.'}</p>
      )}
      {lines.data && <GroupedLines lines={lines.data} search={wanted} />}
    </Page>
  );
}

import { useDeferredValue, useState } from 'react';
import { ErrorNote } from '../../ui/note.tsx';
import { Page } from '../../ui/page.tsx';
import { href } from '../../ui/route.ts';
import { SearchBox } from '../../ui/search-box.tsx';
import { plural } from '../../ui/wording.ts';
import { GroupedLines } from './grouped-lines.tsx';
import { useOutputSearch } from './use-output-search.ts';

const limit = 500;

/** The newest lines of all runs, and a search through them. */
export function OutputPage() {
  const [search, setSearch] = useState('');
  const wanted = useDeferredValue(search.trim());
  const found = useOutputSearch(wanted, { most: limit, live: true });
  const lines = found.data?.lines;
  return (
    <Page title="Output" back={{ to: href({ page: 'runs' }), text: 'Runs' }}>
      <div className="tools">
        <SearchBox label="Search the output of all runs" value={search} onChange={setSearch} />
        <p className="quiet" role="status">
          {lines && plural(lines.length, wanted ? 'matching line' : 'newest line')}
          {found.data?.more && ', and older ones'}
        </p>
      </div>
      {found.error && <ErrorNote error={found.error} retry={found.refresh} />}
      {lines?.length === 0 && (
        <p className="quiet">{wanted ? 'No line contains this.' : 'Nothing was printed yet.'}</p>
      )}
      {lines && <GroupedLines lines={lines} search={wanted} />}
    </Page>
  );
}

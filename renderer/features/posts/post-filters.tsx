import { useEffect, useId, useState } from 'react';
import type { PostView } from '../../../shared/index.ts';
import { href, type PostFilter } from '../../ui/route.ts';
import { SearchBox } from '../../ui/search-box.tsx';
import type { Accounts } from './use-accounts.ts';

type FiltersProps = {
  filter: PostFilter;
  account: string | undefined;
  tag: string | undefined;
  search: string;
  accounts: Accounts;
  /** The posts in sight: their labels are offered. */
  posts: readonly PostView[];
  onSearch: (text: string) => void;
};

/** Narrows the list by account, label and words; account and label are part of the address. */
export function PostFilters(props: FiltersProps) {
  const { filter, account, tag, search, accounts, posts, onSearch } = props;
  const goTo = (change: { account?: string | undefined; tag?: string | undefined }) => {
    const next = { account, tag, ...change };
    window.location.hash = href({
      page: 'posts',
      filter,
      ...(next.account ? { account: next.account } : {}),
      ...(next.tag ? { tag: next.tag } : {}),
    });
  };
  const ids = [...accounts.keys()];
  const known = account && !accounts.has(account) ? [...ids, account] : ids;
  return (
    <div className="tools post-filters">
      <SearchBox label="Find a post" value={search} onChange={onSearch} />
      <select
        aria-label="Account"
        value={account ?? ''}
        onChange={(event) => goTo({ account: event.target.value })}
      >
        <option value="">All accounts</option>
        {known.map((id) => (
          <option key={id} value={id}>
            {accounts.get(id)?.handle ?? id}
          </option>
        ))}
      </select>
      <TagBox key={tag ?? ''} tag={tag ?? ''} posts={posts} onChange={(text) => goTo({ tag: text })} />
    </div>
  );
}

type TagProps = { tag: string; posts: readonly PostView[]; onChange: (tag: string) => void };

function TagBox({ tag, posts, onChange }: TagProps) {
  const list = useId();
  const [text, setText] = useState(tag);
  const tags = [...new Set(posts.flatMap((post) => post.tags))].sort((a, b) => a.localeCompare(b));
  useEffect(() => setText(tag), [tag]);
  return (
    <>
      <input
        type="text"
        className="tag-box"
        aria-label="Label"
        placeholder="Any label"
        list={list}
        value={text}
        maxLength={50}
        onChange={(event) => {
          setText(event.target.value);
          // A label picked from the list needs no Enter.
          if (event.target.value === '' || tags.includes(event.target.value)) onChange(event.target.value);
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter') onChange(text.trim());
          if (event.key === 'Escape') onChange('');
        }}
        onBlur={() => text.trim() !== tag && onChange(text.trim())}
      />
      <datalist id={list}>
        {tags.map((one) => (
          <option key={one} value={one} />
        ))}
      </datalist>
    </>
  );
}

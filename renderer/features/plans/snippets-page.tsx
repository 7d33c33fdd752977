import { useState } from 'react';
import type { Snippets } from '../../../shared/index.ts';
import { useCall } from '../../api/use-call.ts';
import { Button } from '../../ui/button.tsx';
import { Empty } from '../../ui/empty.tsx';
import { ErrorNote } from '../../ui/note.tsx';
import { Loading, Page, Section } from '../../ui/page.tsx';
import { HashtagsForm } from './hashtags-form.tsx';
import { PlanTabs } from './plan-tabs.tsx';
import { SnippetCard } from './snippet-card.tsx';
import { needsText, tagsText } from './snippet-draft.ts';
import { TextForm } from './text-form.tsx';

/** Which form is open: of a kind, for an id, or for a new one (''). */
type Editing = { kind: 'text' | 'hashtags'; id: string };

/** Named texts with placeholders, and groups of hashtags. */
export function SnippetsPage() {
  const snippets = useCall('snippets.list', {});
  const [editing, setEditing] = useState<Editing>();
  const { data } = snippets;
  const isEmpty = data && data.texts.length + data.hashtags.length === 0 && !editing;
  return (
    <Page title="Texts and hashtags">
      <PlanTabs current="snippets" />
      {snippets.error && <ErrorNote error={snippets.error} retry={snippets.refresh} />}
      {!data && !snippets.error && <Loading what="texts" />}
      {isEmpty && (
        <Empty
          icon="text"
          title="No texts yet"
          text="A named text is written once and used in many posts, with {title} and the like filled each time."
        >
          <Button icon="plus" look="primary" onClick={() => setEditing({ kind: 'text', id: '' })}>
            New text
          </Button>
          <Button icon="plus" onClick={() => setEditing({ kind: 'hashtags', id: '' })}>
            New group of hashtags
          </Button>
        </Empty>
      )}
      {data && !isEmpty && (
        <Lists
          snippets={data}
          editing={editing}
          edit={setEditing}
          done={() => {
            setEditing(undefined);
            snippets.refresh();
          }}
        />
      )}
    </Page>
  );
}

type ListsProps = {
  snippets: Snippets;
  editing: Editing | undefined;
  edit: (editing: Editing) => void;
  done: () => void;
};

function Lists({ snippets, editing, edit, done }: ListsProps) {
  const { texts, hashtags } = snippets;
  const isOpen = (kind: Editing['kind'], id: string) => editing?.kind === kind && editing.id === id;
  const add = (kind: Editing['kind'], text: string) => (
    <Button small icon="plus" onClick={() => edit({ kind, id: '' })}>
      {text}
    </Button>
  );
  return (
    <>
      <Section title="Texts" actions={add('text', 'New text')}>
        {isOpen('text', '') && <TextForm snippets={snippets} done={done} />}
        {texts.length === 0 && !isOpen('text', '') && <p className="quiet">No texts yet.</p>}
        <ul className="cards">
          {texts.map((text) =>
            isOpen('text', text.id) ? (
              <li key={text.id}>
                <TextForm text={text} snippets={snippets} done={done} />
              </li>
            ) : (
              <SnippetCard
                key={text.id}
                kind="text"
                id={text.id}
                words={text.text}
                about={needsText(text.text, hashtags)}
                edit={() => edit({ kind: 'text', id: text.id })}
                changed={done}
              />
            ),
          )}
        </ul>
      </Section>
      <Section title="Groups of hashtags" actions={add('hashtags', 'New group')}>
        {isOpen('hashtags', '') && <HashtagsForm taken={hashtags.map(({ id }) => id)} done={done} />}
        {hashtags.length === 0 && !isOpen('hashtags', '') && <p className="quiet">No groups yet.</p>}
        <ul className="cards">
          {hashtags.map((group) =>
            isOpen('hashtags', group.id) ? (
              <li key={group.id}>
                <HashtagsForm group={group} done={done} />
              </li>
            ) : (
              <SnippetCard
                key={group.id}
                kind="hashtags"
                id={group.id}
                words={tagsText(group.tags)}
                about={`{hashtags:${group.id}}`}
                edit={() => edit({ kind: 'hashtags', id: group.id })}
                changed={done}
              />
            ),
          )}
        </ul>
      </Section>
    </>
  );
}

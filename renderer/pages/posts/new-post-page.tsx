import { useState } from 'react';
import { check, postInputSchema } from '../../../shared/index.ts';
import { useApi } from '../../api/context.tsx';
import { useAction } from '../../api/use-action.ts';
import { useCall } from '../../api/use-call.ts';
import { Button, ButtonLink } from '../../parts/button.tsx';
import { Empty } from '../../parts/empty.tsx';
import { ErrorNote, Note } from '../../parts/note.tsx';
import { userZone } from '../../parts/now.ts';
import { Loading, Page } from '../../parts/page.tsx';
import { firstProblems } from '../../parts/problems.ts';
import { href } from '../../parts/route.ts';
import { useSay } from '../../parts/toasts.tsx';
import { useKept } from '../../parts/use-kept.ts';
import { go } from '../../parts/use-route.ts';
import { AccountChoice } from './account-choice.tsx';
import { ComposerDetails } from './composer-details.tsx';
import { type Draft, emptyDraft, toPost } from './composer-draft.ts';
import { ComposerMedia } from './composer-media.tsx';
import { ComposerText } from './composer-text.tsx';
import { ComposerWhen } from './composer-when.tsx';

/** Writes a post. What was typed survives leaving the page. */
export function NewPostPage() {
  const accounts = useCall('accounts.list', { limit: 10_000 }, { refreshOn: ['accounts.changed'] });
  return (
    <Page title="New post" back={{ to: href({ page: 'posts', filter: 'pending' }), text: 'Posts' }}>
      {accounts.error && <ErrorNote error={accounts.error} retry={accounts.refresh} />}
      {!accounts.data && !accounts.error && <Loading what="accounts" />}
      {accounts.data?.length === 0 && (
        <Empty
          icon="accounts"
          title="An account comes first"
          text="A post goes to one or more accounts. Add one, then write."
        >
          <ButtonLink to={href({ page: 'new-account' })} look="primary" icon="plus">
            Add account
          </ButtonLink>
        </Empty>
      )}
      {accounts.data && accounts.data.length > 0 && <Composer accounts={accounts.data} />}
    </Page>
  );
}

function Composer({ accounts }: { accounts: Parameters<typeof AccountChoice>[0]['accounts'] }) {
  const api = useApi();
  const say = useSay();
  const saving = useAction();
  const [draft, setDraft, forget] = useKept<Draft>('new-post', emptyDraft);
  const [mistakes, setMistakes] = useState<Record<string, string>>({});
  const change = (part: Partial<Draft>) => setDraft({ ...draft, ...part });

  const save = () =>
    saving.run(async () => {
      const post = toPost(draft, userZone, Date.now());
      if ('problem' in post) return setMistakes({ publishAt: post.problem });
      const checked = check(postInputSchema, post);
      setMistakes(firstProblems(checked));
      if (!checked.ok) return;
      const added = await api.call('posts.add', { post });
      forget();
      say.done(savedWords[draft.when]);
      go({ page: 'post', id: added.id });
    });

  const chosen = accounts.filter((account) => draft.accounts.includes(account.id));
  return (
    <form
      className="composer"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <div className="composer-main">
        <ComposerText
          text={draft.text}
          networks={chosen.map((account) => account.network)}
          error={mistakes['text']}
          onChange={(text) => change({ text })}
        />
        <ComposerMedia
          media={draft.media}
          error={mistakes['media']}
          onChange={(media) => change({ media })}
        />
        <ComposerDetails draft={draft} mistakes={mistakes} onChange={change} />
      </div>
      <div className="composer-side">
        <AccountChoice
          accounts={accounts}
          chosen={draft.accounts}
          error={mistakes['accounts']}
          onChange={(ids) => change({ accounts: ids })}
        />
        <ComposerWhen draft={draft} error={mistakes['publishAt']} onChange={change} />
        {saving.error && <ErrorNote error={saving.error} />}
        {Object.keys(mistakes).length > 0 && <Note tone="bad">Some fields need another look.</Note>}
        <div className="buttons">
          <Button submit look="primary" busy={saving.busy}>
            {buttonWords[draft.when]}
          </Button>
          <Button
            look="quiet"
            onClick={() => {
              setDraft(emptyDraft);
              setMistakes({});
              forget();
            }}
          >
            Clear
          </Button>
        </div>
      </div>
    </form>
  );
}

const buttonWords = { draft: 'Save draft', now: 'Publish now', at: 'Schedule post' } as const;
const savedWords = {
  draft: 'The draft was saved.',
  now: 'The post goes out now.',
  at: 'The post is scheduled.',
} as const;

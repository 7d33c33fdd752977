import { type AccountView, type Override, type PostFormat, postFormats } from '../../../shared/index.ts';
import { Button } from '../../parts/button.tsx';
import { Field, Remarks } from '../../parts/field.tsx';
import { networkWords } from '../../parts/wording.ts';
import { type CountOf, Counts } from './composer-counts.tsx';
import type { Draft } from './composer-draft.ts';
import type { Notes } from './composer-notes.ts';
import { WordingFields } from './wording-fields.tsx';

type Change = { [K in keyof Override]?: Override[K] | undefined };
type OverrideProps = {
  account: AccountView;
  draft: Draft;
  notes: Notes;
  countOf: CountOf;
  onChange: (change: Change) => void;
};

/** What one account gets instead of the post's own; everything that is not changed here is as above. */
export function ComposerOverride({ account, draft, notes, countOf, onChange }: OverrideProps) {
  const override = draft.overrides[account.id] ?? {};
  const place = `overrides.${account.id}.`;
  const warning = override.contentWarning ?? draft.contentWarning;
  const [first] = draft.parts;
  const used =
    Object.keys(override).length > 0 || [...notes.refusals.keys()].some((key) => key.startsWith(place));
  const own = (label: string, isOwn: boolean, toggle: (on: boolean) => void) => (
    <label className="choice-row">
      <input type="checkbox" checked={isOwn} onChange={(event) => toggle(event.target.checked)} />
      <span className="choice-text">{label}</span>
    </label>
  );
  return (
    <details className="more-fields composer-override" open={used || undefined}>
      <summary>
        Different for {account.handle} <span className="row-sub">{networkWords[account.network]}</span>
      </summary>
      <div className="form">
        {own('A text of its own', override.text !== undefined, (on) =>
          onChange({ text: on ? first.text : undefined }),
        )}
        {override.text !== undefined && (
          <Field
            label={`Text for ${account.handle}`}
            error={notes.refusals.get(`${place}text`)}
            advice={notes.advice.get(`${place}text`)}
            hint={<Counts text={override.text} part={0} accounts={[account]} {...{ countOf, warning }} />}
          >
            {(ids) => (
              <textarea
                {...ids}
                rows={4}
                value={override.text}
                onChange={(event) => onChange({ text: event.target.value })}
              />
            )}
          </Field>
        )}
        {draft.parts.length > 1 && (
          <OwnThread {...{ account, draft, notes, countOf, warning, onChange, override, place }} />
        )}
        {draft.poll &&
          own('Without the poll', override.poll === null, (on) => onChange({ poll: on ? null : undefined }))}
        <OwnComment {...{ account, draft, notes, onChange, override, place }} />
        {account.network === 'instagram' && (
          <Field label="Shown as" error={notes.refusals.get(`${place}format`)}>
            {(ids) => (
              <select
                {...ids}
                value={override.format ?? 'post'}
                onChange={(event) =>
                  onChange({ format: postFormats.find((known) => known === event.target.value) })
                }
              >
                {postFormats.map((format) => (
                  <option key={format} value={format}>
                    {formatWords[format]}
                  </option>
                ))}
              </select>
            )}
          </Field>
        )}
        <WordingFields
          wording={{
            visibility: override.visibility ?? '',
            contentWarning: override.contentWarning ?? '',
            language: override.language ?? '',
            sensitive: override.sensitive === undefined ? '' : override.sensitive ? 'yes' : 'no',
          }}
          notes={notes}
          place={place}
          usual="as above"
          onChange={({ visibility, contentWarning, language, sensitive }) =>
            onChange({
              ...(visibility === undefined ? {} : { visibility: visibility || undefined }),
              ...(contentWarning === undefined ? {} : { contentWarning: contentWarning || undefined }),
              ...(language === undefined ? {} : { language: language || undefined }),
              ...(sensitive === undefined
                ? {}
                : { sensitive: sensitive === '' ? undefined : sensitive === 'yes' }),
            })
          }
        />
        <Rest notes={notes} place={place} />
      </div>
    </details>
  );
}

type OwnProps = Omit<OverrideProps, 'countOf'> & { override: Override; place: string };

function OwnThread(props: OwnProps & { countOf: CountOf; warning: string }) {
  const { account, draft, notes, countOf, warning, onChange, override, place } = props;
  const rest = draft.parts.slice(1);
  const { thread } = override;
  const kind = thread === undefined ? 'same' : thread.length === 0 ? 'none' : 'own';
  const choose = (value: string) =>
    onChange({
      thread: value === 'own' ? rest.map(({ text }) => text) : value === 'none' ? [] : undefined,
    });
  return (
    <>
      <Field label="Thread" error={notes.refusals.get(`${place}thread`)}>
        {(ids) => (
          <select {...ids} value={kind} onChange={(event) => choose(event.target.value)}>
            <option value="same">as above</option>
            <option value="own">with words of its own</option>
            <option value="none">without it</option>
          </select>
        )}
      </Field>
      {(thread ?? []).map((text, index) => (
        <Field
          // biome-ignore lint/suspicious/noArrayIndexKey: parts of a thread have no identity but their place
          key={index}
          label={`Part ${index + 2} for ${account.handle}`}
          error={notes.refusals.get(`${place}thread[${index}]`)}
          advice={notes.advice.get(`${place}thread[${index}]`)}
          hint={<Counts text={text} part={index + 1} accounts={[account]} {...{ countOf, warning }} />}
        >
          {(ids) => (
            <textarea
              {...ids}
              rows={3}
              value={text}
              onChange={(event) =>
                onChange({
                  thread: thread?.map((own, at) => (at === index ? event.target.value : own)),
                })
              }
            />
          )}
        </Field>
      ))}
      {thread !== undefined && thread.length > 0 && (
        <div className="buttons">
          {thread.length < rest.length && (
            <Button
              small
              icon="plus"
              onClick={() => onChange({ thread: [...thread, rest[thread.length]?.text ?? ''] })}
            >
              Take in part {thread.length + 2}
            </Button>
          )}
          <Button small look="quiet" icon="trash" onClick={() => onChange({ thread: thread.slice(0, -1) })}>
            Leave out part {thread.length + 1}
          </Button>
        </div>
      )}
    </>
  );
}

function OwnComment({ account, draft, notes, onChange, override, place }: OwnProps) {
  const { firstComment } = override;
  const kind = firstComment === undefined ? 'same' : firstComment === null ? 'none' : 'own';
  if (kind === 'same' && draft.firstComment === '') return null;
  const choose = (value: string) =>
    onChange({ firstComment: value === 'own' ? draft.firstComment : value === 'none' ? null : undefined });
  return (
    <>
      <Field
        label="First comment"
        error={kind === 'own' ? undefined : notes.refusals.get(`${place}firstComment`)}
      >
        {(ids) => (
          <select {...ids} value={kind} onChange={(event) => choose(event.target.value)}>
            <option value="same">as above</option>
            <option value="own">of its own</option>
            <option value="none">without it</option>
          </select>
        )}
      </Field>
      {kind === 'own' && (
        <Field
          label={`First comment for ${account.handle}`}
          error={notes.refusals.get(`${place}firstComment`)}
          advice={notes.advice.get(`${place}firstComment`)}
        >
          {(ids) => (
            <textarea
              {...ids}
              rows={2}
              value={firstComment ?? ''}
              onChange={(event) => onChange({ firstComment: event.target.value })}
            />
          )}
        </Field>
      )}
    </>
  );
}

/** Remarks about members that have no field here. */
function Rest({ notes, place }: { notes: Notes; place: string }) {
  const shown = /\.(text|thread(\[\d+\])?|firstComment|format|visibility|contentWarning|language|sensitive)$/;
  const others = (of: Notes['refusals']) =>
    [...of].flatMap(([key, said]) => (key.startsWith(place) && !shown.test(key) ? said : []));
  return <Remarks errors={others(notes.refusals)} advice={others(notes.advice)} />;
}

const formatWords: Record<PostFormat, string> = {
  post: 'an ordinary post',
  reel: 'a reel (one film)',
  story: 'a story, for a day',
};

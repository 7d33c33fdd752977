import type { Network, Problem, Snippets } from '../../../shared/index.ts';
import { graphemes, networkFacts } from '../../../shared/index.ts';
import { countFor } from '../../ui/count.ts';
import { Field } from '../../ui/field.tsx';
import { problemAt } from '../../ui/problems.ts';
import { plural } from '../../ui/wording.ts';
import { type SeriesDraft, valuesAsked } from './series-draft.ts';

type WordsProps = {
  draft: SeriesDraft;
  snippets: Snippets;
  networks: readonly Network[];
  problems: readonly Problem[];
  onChange: (part: Partial<SeriesDraft>) => void;
};

/** What every post of a series says: words of its own, or a named text with its values. */
export function WordsFields({ draft, snippets, networks, problems, onChange }: WordsProps) {
  const named = snippets.texts.find(({ id }) => id === draft.template);
  const text = draft.words === 'template' ? (named?.text ?? '') : draft.text;
  const asked = draft.words === 'template' || draft.fills ? valuesAsked(text) : [];
  const choice = (words: SeriesDraft['words'], label: string) => (
    <label className="choice-row choice-short">
      <input type="radio" name="words" checked={draft.words === words} onChange={() => onChange({ words })} />
      <span>{label}</span>
    </label>
  );
  return (
    <>
      {(snippets.texts.length > 0 || draft.words === 'template') && (
        <fieldset className="field choice">
          <legend>Words</legend>
          <div className="row-fields">
            {choice('here', 'Written here')}
            {choice('template', 'A named text')}
          </div>
        </fieldset>
      )}
      {draft.words === 'template' ? (
        <Field
          label="Named text"
          error={problemAt(problems, 'post.template')}
          hint="Each post takes the text as it stands when the post is made."
        >
          {(ids) => (
            <select
              {...ids}
              value={draft.template}
              onChange={(event) => onChange({ template: event.target.value })}
            >
              <option value="">Choose one</option>
              {snippets.texts.map(({ id }) => (
                <option key={id} value={id}>
                  {id}
                </option>
              ))}
            </select>
          )}
        </Field>
      ) : (
        <>
          <Field
            label="Text"
            error={problemAt(problems, 'post.text')}
            hint={<Lengths text={draft.text} networks={networks} />}
          >
            {(ids) => (
              <textarea
                {...ids}
                rows={6}
                value={draft.text}
                onChange={(event) => onChange({ text: event.target.value })}
              />
            )}
          </Field>
          <label className="choice-row">
            <input
              type="checkbox"
              checked={draft.fills}
              onChange={(event) => onChange({ fills: event.target.checked })}
            />
            <span className="choice-text">
              Fill placeholders
              <span className="row-sub">
                <code>{'{date}'}</code> is the day of the post, <code>{'{hashtags:name}'}</code> a group of
                hashtags
              </span>
            </span>
          </label>
        </>
      )}
      {asked.map((name) => (
        <Field key={name} label={`Value of {${name}}`} error={problemAt(problems, `post.values.${name}`)}>
          {(ids) => (
            <input
              type="text"
              {...ids}
              value={draft.values[name] ?? ''}
              onChange={(event) => onChange({ values: { ...draft.values, [name]: event.target.value } })}
            />
          )}
        </Field>
      ))}
    </>
  );
}

function Lengths({ text, networks }: { text: string; networks: readonly Network[] }) {
  const chosen = [...new Set(networks)];
  if (chosen.length === 0) return plural(graphemes(text), 'character');
  return chosen
    .map((network) => `${networkFacts[network].title}: ${plural(countFor(network, text), 'character')}`)
    .join(' · ');
}

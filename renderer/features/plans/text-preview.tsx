import { useDeferredValue, useState } from 'react';
import { fillText, graphemes, type HashtagGroup, valuesNeeded } from '../../../shared/index.ts';
import { Note } from '../../ui/note.tsx';
import { useNow, userZone } from '../../ui/now.ts';
import { plural } from '../../ui/wording.ts';
import { toLocal } from '../../ui/zone.ts';
import { sampleValues } from './snippet-draft.ts';

/** What a text comes to: with sample values, or with those that the user tries. */
export function TextPreview({ text, hashtags }: { text: string; hashtags: readonly HashtagGroup[] }) {
  const calm = useDeferredValue(text);
  const now = useNow(60_000);
  const [tried, setTried] = useState<Readonly<Record<string, string>>>({});
  if (calm.trim() === '') return null;
  const samples = sampleValues(calm, toLocal(now, userZone).slice(0, 10));
  const filled = fillText(calm, { values: { ...samples, ...tried }, hashtags }, '');
  return (
    <div className="text-preview">
      <h3>Preview</h3>
      {valuesNeeded(calm).length > 0 && (
        <div className="sample-values">
          {Object.entries(samples).map(([name, sample]) => (
            <label key={name}>
              <code>{`{${name}}`}</code>
              <input
                type="text"
                value={tried[name] ?? sample}
                onChange={(event) => setTried({ ...tried, [name]: event.target.value })}
              />
            </label>
          ))}
        </div>
      )}
      <p className="post-words preview-words" role="status">
        {filled.text}
      </p>
      {filled.problems.length > 0 ? (
        <Note tone="warn">
          {filled.problems.map(({ message }) => (
            <p key={message}>This text {message}.</p>
          ))}
        </Note>
      ) : (
        <p className="row-sub">{plural(graphemes(filled.text), 'character')}</p>
      )}
    </div>
  );
}

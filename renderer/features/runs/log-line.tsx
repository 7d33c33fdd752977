import { memo, useState } from 'react';
import { fromInstant, type OutputLine } from '../../../shared/index.ts';
import { ansiSpans, plainText } from '../../ui/ansi.ts';
import { Button } from '../../ui/button.tsx';
import { highlight } from '../../ui/highlight.ts';
import { userZone } from '../../ui/now.ts';
import { clock, exact } from '../../ui/time.ts';

/** Characters of a line drawn at first; a line of a megabyte would stall the window. */
const shown = 5000;

/** One line with its time; errors and Belfry's own remarks look different. */
export const LogLine = memo(function LogLine({ line, search }: { line: OutputLine; search: string }) {
  const [whole, setWhole] = useState(false);
  const at = fromInstant(line.at);
  const text = whole ? line.text : line.text.slice(0, shown);
  const rest = line.text.length - text.length;
  return (
    <div className={`log-line log-${line.stream}`}>
      <time dateTime={line.at} title={exact(at, userZone)}>
        {clock(at, userZone, 'always')}
      </time>
      <span className="log-text">
        {line.stream !== 'stdout' && <span className="visually-hidden">{streamWords[line.stream]}: </span>}
        {search ? <Marked text={text} search={search} /> : <Coloured text={text} />}
        {rest > 0 && (
          <Button small look="quiet" onClick={() => setWhole(true)}>
            {`${rest.toLocaleString('en-GB')} more characters`}
          </Button>
        )}
      </span>
    </div>
  );
});

const streamWords = { stderr: 'Error output', belfry: 'Belfry', stdout: '' } as const;

function Coloured({ text }: { text: string }) {
  return ansiSpans(text).map((span, index) =>
    span.classes === '' ? (
      span.text
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: spans of one text have no identity but their place
      <span key={index} className={span.classes}>
        {span.text}
      </span>
    ),
  );
}

function Marked({ text, search }: { text: string; search: string }) {
  return highlight(plainText(text), search).map((part, index) =>
    part.hit ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: parts of one text have no identity but their place
      <mark key={index}>{part.text}</mark>
    ) : (
      part.text
    ),
  );
}

import { type ReactNode, useState } from 'react';
import type { AccountView, Poll } from '../../../shared/index.ts';
import { networkFacts } from '../../../shared/index.ts';
import { Button } from '../../ui/button.tsx';
import { Icon } from '../../ui/icon.tsx';
import { duration } from '../../ui/time.ts';
import { visibilityWords } from './post-facts.tsx';
import { richText } from './rich-text.ts';
import type { Shown, ShownFile } from './shown-on.ts';

type PreviewProps = {
  shown: Shown;
  /** Who says it; without one only the words are shown. */
  account: AccountView | undefined;
};

/** A post as people will see it: warning, words, media, poll, the rest of its thread and the first comment. */
export function PostPreview({ shown, account }: PreviewProps) {
  const [open, setOpen] = useState(false);
  const covered = shown.contentWarning !== '' && !open;
  return (
    <article className="card preview" lang={shown.language || undefined}>
      {shown.parts.map((part, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: parts of a thread have no identity but their place
        <div key={index} className="preview-part">
          <PartHead account={account} place={index} of={shown} />
          {index === 0 && shown.contentWarning !== '' && (
            <div className="content-warning">
              <Icon name="alert" size={14} />
              <span>{shown.contentWarning}</span>
              <Button small onClick={() => setOpen(!open)}>
                {open ? 'Show less' : 'Show more'}
              </Button>
            </div>
          )}
          {!covered && (
            <>
              {part.text !== '' && <Words text={part.text} />}
              {part.text === '' && part.media.length === 0 && <p className="quiet">Nothing yet.</p>}
              {part.media.length > 0 && <Gallery media={part.media} sensitive={shown.sensitive} />}
              {index === 0 && shown.poll && <PollView poll={shown.poll} />}
            </>
          )}
        </div>
      ))}
      {shown.firstComment !== '' && (
        <div className="preview-part preview-comment">
          <p className="row-sub">First comment</p>
          <Words text={shown.firstComment} />
        </div>
      )}
    </article>
  );
}

function PartHead({ account, place, of }: { account: AccountView | undefined; place: number; of: Shown }) {
  const facts = [
    place === 0 && of.visibility && of.visibility !== 'public' && visibilityWords[of.visibility],
    place === 0 && of.format !== 'post' && of.format,
    of.parts.length > 1 && `${place + 1} of ${of.parts.length}`,
  ].filter((fact): fact is string => typeof fact === 'string');
  if (!account && facts.length === 0) return null;
  return (
    <header className="preview-head">
      {account && (
        <>
          <span className="preview-face" aria-hidden="true">
            {account.handle.replace(/^@/, '').slice(0, 1).toUpperCase()}
          </span>
          <span className="preview-name">{account.handle}</span>
          {place === 0 && <span className="row-sub">{networkFacts[account.network].title}</span>}
        </>
      )}
      {facts.length > 0 && <span className="row-sub preview-facts">{facts.join(' · ')}</span>}
    </header>
  );
}

function Words({ text }: { text: string }) {
  return (
    <p className="post-words">
      {richText(text).map((piece, index): ReactNode => {
        if (piece.kind === 'plain') return piece.text;
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: pieces of a text have no identity but their place
          <span key={index} className="post-word-link">
            {piece.text}
          </span>
        );
      })}
    </p>
  );
}

function Gallery({ media, sensitive }: { media: readonly ShownFile[]; sensitive: boolean }) {
  return (
    <ul className={`gallery gallery-${Math.min(media.length, 4)}`}>
      {media.map((file) => (
        <li key={file.key}>
          <Icon name="image" size={18} />
          <p className="media-name">{file.name}</p>
          <p className="media-alt">
            {file.alt || <em>No description: people who cannot see it learn nothing of it.</em>}
          </p>
          {sensitive && <p className="media-alt">Hidden until opened: sensitive</p>}
        </li>
      ))}
    </ul>
  );
}

function PollView({ poll }: { poll: Poll }) {
  return (
    <div className="poll">
      <ul>
        {poll.options.map((option, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: options have no identity but their place
          <li key={index} className={poll.multiple ? 'poll-many' : undefined}>
            {option || <span className="quiet">Option {index + 1}</span>}
          </li>
        ))}
      </ul>
      <p className="row-sub">
        Open for {duration(poll.durationSeconds * 1000)}
        {poll.multiple && ' · more than one answer'}
        {poll.hideTotals && ' · votes hidden until the end'}
      </p>
    </div>
  );
}

import type { PostView } from '../../../shared/index.ts';
import { Icon } from '../../parts/icon.tsx';
import { bytes } from '../../parts/wording.ts';

/** What a post says: warning, text, media with their descriptions, and the parts of its thread. */
export function PostText({ post }: { post: PostView }) {
  return (
    <article className="card post-text" lang={post.language ?? undefined}>
      {post.contentWarning && (
        <p className="content-warning">
          <Icon name="alert" size={14} /> {post.contentWarning}
        </p>
      )}
      <p className="post-words">{post.text || <span className="quiet">No text, media only.</span>}</p>
      {post.media.length > 0 && (
        <ul className="media">
          {post.media.map((file) => (
            <li key={file.id}>
              <Icon name="image" size={18} />
              <div>
                <p className="media-name">
                  {file.name} <span className="quiet">{bytes(file.bytes)}</span>
                </p>
                <p className="media-alt">
                  {file.alt || <em>No description: people who cannot see it learn nothing of it.</em>}
                </p>
              </div>
            </li>
          ))}
        </ul>
      )}
      {post.thread.map((part, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: parts of a thread have no identity but their place
        <p key={index} className="post-words thread-part">
          {part.text}
        </p>
      ))}
    </article>
  );
}

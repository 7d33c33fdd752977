import type { PostView } from '../../../shared/index.ts';
import { type Fact, Facts } from '../../parts/facts.tsx';
import { href } from '../../parts/route.ts';
import { Absolute, Relative } from '../../parts/time-view.tsx';

/** When a post goes out, where it came from, and how it is marked. */
export function PostFacts({ post }: { post: PostView }) {
  const facts: Fact[] = [['Due', <When key="when" post={post} />]];
  facts.push(['Came from', <Source key="source" post={post} />]);
  facts.push(['Made', <Absolute key="made" at={post.createdAt} />]);
  if (post.visibility) facts.push(['Visible to', visibilityWords[post.visibility]]);
  if (post.language) facts.push(['Language', post.language]);
  if (post.sensitive) facts.push(['Media', 'marked as sensitive']);
  if (post.note) facts.push(['Note', post.note]);
  return <Facts facts={facts} className="facts" />;
}

function When({ post }: { post: PostView }) {
  if (!post.publishAt) return <>No time yet: a draft</>;
  return (
    <>
      <Absolute at={post.publishAt} />{' '}
      <span className="quiet">
        (<Relative at={post.publishAt} />)
      </span>
    </>
  );
}

function Source({ post }: { post: PostView }) {
  if (post.runId) return <a href={href({ page: 'run', id: post.runId })}>a job’s run</a>;
  return <>{post.source === 'cli' ? 'the command line' : 'this window'}</>;
}

/** Visibility in words, for forms too. */
export const visibilityWords: Record<NonNullable<PostView['visibility']>, string> = {
  public: 'everyone',
  unlisted: 'everyone, but not in public timelines',
  private: 'followers only',
  direct: 'mentioned people only',
};

import type { PostView } from '../../../shared/index.ts';
import { type Fact, Facts } from '../../ui/facts.tsx';
import { href } from '../../ui/route.ts';
import { Absolute, Relative } from '../../ui/time-view.tsx';
import { has } from './post-states.ts';

/** When a post goes out, where it came from, and how it is marked. */
export function PostFacts({ post }: { post: PostView }) {
  const facts: Fact[] = [[has(post, 'draft') ? 'Planned for' : 'Due', <When key="when" post={post} />]];
  facts.push(['Came from', <Source key="source" post={post} />]);
  facts.push(['Made', <Absolute key="made" at={post.createdAt} />]);
  if (post.tags.length > 0) facts.push(['Labels', <Labels key="tags" tags={post.tags} />]);
  if (post.visibility) facts.push(['Visible to', visibilityWords[post.visibility]]);
  if (post.language) facts.push(['Language', post.language]);
  if (post.sensitive) facts.push(['Media', 'marked as sensitive']);
  if (post.note) facts.push(['Note', post.note]);
  if (post.key) facts.push(['Key', post.key]);
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

function Labels({ tags }: { tags: readonly string[] }) {
  return (
    <span className="labels">
      {tags.map((tag) => (
        <a key={tag} className="tag" href={href({ page: 'posts', filter: 'pending', tag })}>
          {tag}
        </a>
      ))}
    </span>
  );
}

function Source({ post }: { post: PostView }) {
  if (post.runId) return <a href={href({ page: 'run', id: post.runId })}>a job’s run</a>;
  return <>{sourceWords[post.source]}</>;
}

const sourceWords: Record<PostView['source'], string> = {
  person: 'this window',
  cli: 'the command line',
  pipeline: 'a job’s run',
  series: 'a series',
};

/** Visibility in words, for forms too. */
export const visibilityWords: Record<NonNullable<PostView['visibility']>, string> = {
  public: 'everyone',
  unlisted: 'everyone, but not in public timelines',
  private: 'followers only',
  direct: 'mentioned people only',
};

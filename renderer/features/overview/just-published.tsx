import type { PostView } from '../../../shared/index.ts';
import { useCall } from '../../api/use-call.ts';
import { OutLink } from '../../ui/out-link.tsx';
import { Section } from '../../ui/page.tsx';
import { href } from '../../ui/route.ts';
import { Relative } from '../../ui/time-view.tsx';

const shown = 3;

/** The newest published posts, each with the way to see it on its network. */
export function JustPublished() {
  const posts = useCall('posts.list', { status: 'published', limit: shown });
  if (!posts.data || posts.data.length === 0) return null;
  return (
    <Section
      title="Just published"
      actions={<a href={href({ page: 'posts', filter: 'published' })}>All published</a>}
    >
      <ul className="card joined">
        {posts.data.map((post) => (
          <PublishedItem key={post.id} post={post} />
        ))}
      </ul>
    </Section>
  );
}

function PublishedItem({ post }: { post: PostView }) {
  const url = post.targets.find((target) => target.url !== null)?.url;
  const [line = ''] = post.text.trim().split('\n');
  return (
    <li className="published">
      <a className="published-text" href={href({ page: 'post', id: post.id })}>
        {line || 'Post without text'}
      </a>
      {post.publishAt && (
        <span className="quiet">
          <Relative at={post.publishAt} />
        </span>
      )}
      {url && <OutLink url={url}>See it</OutLink>}
    </li>
  );
}

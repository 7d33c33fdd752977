import type { PostView } from '../../../shared/index.ts';
import type { PostFilter } from '../../parts/route.ts';

/** What is due first stands first; what is over stands with the latest first. */
export function sortPosts(filter: PostFilter, posts: readonly PostView[]): PostView[] {
  const key = (post: PostView) => Date.parse(post.publishAt ?? post.createdAt);
  const direction = filter === 'pending' ? 1 : -1;
  return posts.toSorted((a, b) => direction * (key(a) - key(b)) || a.id.localeCompare(b.id));
}

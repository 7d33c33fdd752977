import { type HashtagGroup, valuesNeeded } from '../../../shared/index.ts';

/** A group's tags as one types them: `#news #town`. */
export function tagsText(tags: readonly string[]): string {
  return tags.map((tag) => (tag.startsWith('#') ? tag : `#${tag}`)).join(' ');
}

/** Tags from what was typed: apart by spaces or commas, each once. */
export function tagsOf(text: string): string[] {
  return [...new Set(text.split(/[\s,]+/).filter((tag) => tag !== ''))];
}

/** A sample value for each placeholder, so that a preview reads like a post. */
export function sampleValues(text: string, today: string): Record<string, string> {
  return Object.fromEntries(
    valuesNeeded(text).map((name) => [name, name === 'date' ? today : name.replaceAll(/[_-]/g, ' ')]),
  );
}

/** What a text takes, in words: its values and hashtag groups. */
export function needsText(text: string, groups: readonly HashtagGroup[]): string {
  const values = valuesNeeded(text).map((name) => `{${name}}`);
  const tags = groups.map(({ id }) => `{hashtags:${id}}`).filter((mark) => text.includes(mark));
  return [...values, ...tags].join(', ');
}

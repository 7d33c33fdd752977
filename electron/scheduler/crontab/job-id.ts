/** A free job id made from some words: "Back up the news!" becomes `back_up_the_news`, a second one `back_up_the_news_2`. */
export function jobId(words: string, taken: ReadonlySet<string>): string {
  const slug = words
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, 48)
    .replace(/_+$/, '');
  const base = slug === '' ? 'job' : slug;
  let id = base;
  for (let number = 2; taken.has(id); number += 1) id = `${base}_${number}`;
  return id;
}

import type { DemoState } from './routes.ts';

/** Files of the page that shows the demonstration's network to the user, by path. */
export const timelineFiles: ReadonlyMap<string, { type: string; text: string }> = new Map([
  ['/', { type: 'text/html; charset=utf-8', text: page() }],
  ['/timeline.css', { type: 'text/css; charset=utf-8', text: style() }],
  ['/timeline.js', { type: 'text/javascript; charset=utf-8', text: script() }],
]);

/** What the page asks for every second: posts, newest first. */
export function timeline(state: DemoState) {
  return [...state.statuses].reverse().map(({ id, at, text, warning, visibility, media }) => ({
    id,
    at,
    text,
    warning,
    visibility,
    pictures: media.map((picture) => ({
      src: `/pictures/${picture}`,
      alt: state.media.get(picture)?.alt ?? '',
    })),
  }));
}

function page(): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Belfry's demonstration network</title>
<link rel="stylesheet" href="/timeline.css">
<script src="/timeline.js" defer></script>
</head>
<body>
<header>
<h1>Demonstration network</h1>
<p>A social network of one account, on this machine only. What Belfry publishes appears here by itself.</p>
</header>
<p class="end" role="status">The demonstration has ended: this page shows what it published.</p>
<main id="posts" aria-live="polite"><p class="quiet">Nothing yet. The first post is on its way …</p></main>
</body>
</html>`;
}

function style(): string {
  return `:root { color-scheme: light dark; --line: #d9dce3; --card: #ffffff; --ground: #f3f4f7; --text: #1b1f27; --quiet: #5a6272; --mark: #4653c8; }
@media (prefers-color-scheme: dark) { :root { --line: #333945; --card: #1d212a; --ground: #14171d; --text: #e8eaf0; --quiet: #9aa3b5; --mark: #97a1ff; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 38rem; padding: 2rem 1rem 4rem; background: var(--ground); color: var(--text); font: 16px/1.55 system-ui, sans-serif; }
h1 { font-size: 1.4rem; margin: 0; }
header p, .quiet { color: var(--quiet); margin: 0.25rem 0 1.5rem; }
article { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 1rem 1.2rem; margin: 0 0 1rem; }
.end { display: none; border: 1px solid var(--mark); border-radius: 12px; padding: 0.6rem 1.2rem; margin: 0 0 1rem; }
.ended .end { display: block; }
a { color: var(--mark); }
.warning { font-weight: 600; }
article:target { border-color: var(--mark); }
article > p { margin: 0.5rem 0 0; white-space: pre-wrap; overflow-wrap: anywhere; }
.who { display: flex; gap: 0.6rem; align-items: baseline; font-weight: 600; }
.who time { color: var(--quiet); font-weight: 400; font-size: 0.85rem; margin-left: auto; }
img { display: block; width: 100%; border-radius: 8px; margin-top: 0.8rem; border: 1px solid var(--line); }
@media (prefers-reduced-motion: no-preference) { article { animation: arrive 0.4s ease-out; } @keyframes arrive { from { opacity: 0; transform: translateY(-8px); } } }
`;
}

function script(): string {
  return `const posts = document.getElementById('posts');
const seen = new Set();
function element(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}
function linked(text) {
  return text.split(/(https?:\\/\\/\\S+)/).map((part, at) => (at % 2 ? element('a', { href: part, rel: 'noreferrer' }, part) : part));
}
function article(post) {
  const time = element('time', { dateTime: new Date(post.at).toISOString() }, new Date(post.at).toLocaleTimeString());
  const who = element('div', { className: 'who' }, 'Belfry demonstration', time);
  const warning = post.warning ? [element('p', { className: 'warning' }, post.warning)] : [];
  const pictures = post.pictures.map(({ src, alt }) => element('img', { src, alt, title: alt }));
  return element('article', { id: post.id }, who, ...warning, element('p', {}, ...linked(post.text)), ...pictures);
}
async function look() {
  try {
    const answer = await fetch('/timeline.json');
    const list = await answer.json();
    for (const post of list.reverse()) {
      if (seen.has(post.id)) continue;
      if (seen.size === 0) posts.replaceChildren();
      seen.add(post.id);
      posts.prepend(article(post));
    }
    document.body.classList.remove('ended');
  } catch {
    document.body.classList.add('ended');
  } finally {
    setTimeout(look, 1000);
  }
}
look();
`;
}

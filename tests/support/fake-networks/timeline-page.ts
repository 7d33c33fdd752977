import type { World } from './world.ts';

/** What became visible, newest first, for the user to look at. */
export function timelinePage(world: World, name: string): string {
  const posts = [...world.visible]
    .reverse()
    .map(
      (post) =>
        `<article><header>@${html(post.account)} · <time>${new Date(post.at).toISOString()}</time> · ${html(post.visibility)}${
          post.replyTo === null ? '' : ` · answers ${html(post.replyTo)}`
        }</header>${post.warning === '' ? '' : `<strong>${html(post.warning)}</strong>`}<p>${html(post.text)}</p>${
          post.media.length === 0
            ? ''
            : `<footer>${post.media.map((id) => pictureLine(world, id)).join('<br>')}</footer>`
        }</article>`,
    );
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="refresh" content="3"><title>${html(name)}</title>
<style>body{font:16px/1.5 system-ui;max-width:40rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}
article{border:1px solid #8886;border-radius:.5rem;padding:.75rem 1rem;margin:.75rem 0}header,footer{font-size:.85em;opacity:.75}
p{white-space:pre-wrap;margin:.4rem 0}</style>
<h1>${html(name)}</h1><p>${world.visible.length} posts. A pretended server: nothing here leaves this machine.</p>${posts.join('\n')}</html>`;
}

function pictureLine(world: World, id: string): string {
  const upload = world.uploads.get(id);
  return upload
    ? `${html(upload.type)}, ${upload.bytes} bytes${upload.alt === '' ? '' : `: ${html(upload.alt)}`}`
    : html(id);
}

function html(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

import type { Reply } from '../faults.ts';

const look = `body{font:17px/1.5 system-ui;max-width:32rem;margin:15vh auto;padding:0 1rem;color-scheme:light dark}
a{display:inline-block;margin:.3rem .5rem .3rem 0;padding:.4rem .9rem;border:1px solid #8889;border-radius:.4rem;text-decoration:none}
code{user-select:all;font-size:1.1em;overflow-wrap:anywhere}`;

/** A page of the pretended server in the person's browser. */
export function page(status: number, title: string, body: string): Reply {
  return {
    status,
    headers: { 'content-type': 'text/html; charset=utf-8' },
    body: `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title><style>${look}</style><h1>${title}</h1>${body}</html>`,
  };
}

/** Asks the user whether to let Belfry in; the links are the same address with the decision. */
export function consentPage(query: URLSearchParams, people: readonly string[], wants: string): Reply {
  const link = (text: string, decision: Record<string, string>) =>
    `<a href="?${html(new URLSearchParams({ ...Object.fromEntries(query), ...decision }).toString())}">${html(text)}</a>`;
  const links = people.map((who) => link(`Let it in as ${who}`, { decision: 'allow', as: who }));
  return page(
    200,
    'Let Belfry in?',
    `<p>It wants: ${html(wants)}</p><p>${links.join('')}${link('Refuse', { decision: 'deny' })}</p><p>A pretended server: nothing here leaves this machine.</p>`,
  );
}

export function html(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** Sends the browser on, with `more` in the address's query. */
export function sendOn(address: string, more: Record<string, string>): Reply {
  const url = new URL(address);
  for (const [name, value] of Object.entries(more)) url.searchParams.set(name, value);
  return { status: 302, headers: { location: url.toString() }, body: '' };
}

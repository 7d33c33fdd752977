/** The small page that the browser ends at. */
export function resultPage(of: { ok: boolean; title: string; text: string }): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${html(of.title)} – Belfry</title>
<style>body{font:17px/1.5 system-ui,sans-serif;color-scheme:light dark;max-width:34rem;margin:18vh auto 0;padding:0 1.5rem}
h1{font-size:1.4rem;margin:0 0 .5rem}p{margin:.4rem 0;overflow-wrap:anywhere}</style>
<h1>${of.ok ? '✓ ' : ''}${html(of.title)}</h1><p>${html(of.text)}</p><p>You can close this page.</p></html>`;
}

/** Headers of every answer of the listener: nothing is kept, loaded, framed or passed on. */
export const pageHeaders = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  connection: 'close',
};

function html(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

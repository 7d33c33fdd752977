/** Shorter ones are no secrets, and would take words out of what a server says. */
const shortestSecret = 4;
const mask = '…';

/** Hides secrets in what a server answered, however it wrote them: as they are, in an address, or in JSON. */
export type Masking = { text(text: string): string; json(value: unknown): unknown };

/** For an answer to a request that carried these. */
export function masking(secrets: readonly string[]): Masking {
  const forms = [...new Set(secrets.filter(({ length }) => length >= shortestSecret).flatMap(formsOf))].sort(
    (a, b) => b.length - a.length,
  );
  const text = (given: string) => forms.reduce((said, form) => said.replaceAll(form, mask), given);
  const json = (value: unknown): unknown => {
    if (typeof value === 'string') return text(value);
    if (Array.isArray(value)) return value.map(json);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, held]) => [text(name), json(held)]));
  };
  return { text, json };
}

function formsOf(secret: string): string[] {
  const encoded = encodeURIComponent(secret);
  return [
    secret,
    encoded,
    encoded.replaceAll('%20', '+'),
    JSON.stringify(secret).slice(1, -1),
    secret.replaceAll('/', '\\/'),
  ];
}

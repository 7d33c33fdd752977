/** Stands in the built page where each answer puts a nonce of its own; the build of the window writes it (vite.config.ts). */
export const noncePlaceholder = 'belfry-nonce-placeholder';

/**
 * The content security policy of the window's page, the same on loopback and on the desktop: everything comes from its own
 * address, without inline scripts. `nonce` admits the style elements that the component library makes
 * (https://mantine.dev/styles/nonce/); any other answer has none.
 */
export function pagePolicy(nonce?: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    nonce === undefined ? "style-src 'self'" : `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join('; ');
}

/** The page as UTF-8 with `nonce` in place of the placeholder. */
export function withNonce(page: Uint8Array, nonce: string): string {
  return new TextDecoder().decode(page).replaceAll(noncePlaceholder, nonce);
}

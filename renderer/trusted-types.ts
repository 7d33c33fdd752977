/** What `trustedTypes` of the browser has; TypeScript's DOM does not know it yet (https://w3c.github.io/trusted-types). */
type TrustedTypes = {
  createPolicy(name: 'default', rules: { createHTML(text: string): string }): unknown;
};

/**
 * The component library writes rules into style elements as HTML, which the page's policy refuses as text. Rules have no
 * tags: text without any is let through, all else stays refused.
 */
export function allowStyleRules(trustedTypes: TrustedTypes | undefined): void {
  trustedTypes?.createPolicy('default', {
    createHTML(text) {
      if (text.includes('<')) throw new TypeError('The page may not be written as HTML.');
      return text;
    },
  });
}

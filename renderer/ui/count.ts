import { countCharacters, type Network, networkFacts } from '../../shared/index.ts';

/** Characters as a network counts them, as far as it is known without asking its server. */
export function countFor(network: Network, text: string, warning = ''): number {
  return countCharacters(text, warning, networkFacts[network].counting);
}

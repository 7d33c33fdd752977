import type { Draft, Limits } from '../networks/index.ts';

/** Limits of the format that a draft is to have; pure. */
export function limitsFor(limits: Limits, { format }: Pick<Draft, 'format'>): Limits {
  const own = limits.formats[format];
  return own === undefined ? limits : { ...limits, ...own };
}

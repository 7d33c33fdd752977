import { z } from 'zod';

const id = z.int().nonnegative();

/** What the helper tells; checked, because the program on the disk may be another than the one this engine was built with. */
export const reportSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('hello'), version: z.int(), pid: z.int().positive() }),
  /** The command runs; its output comes through this pair of lanes. */
  z.object({
    kind: z.literal('started'),
    id,
    pid: z.int().positive(),
    startedAt: z.string().nullable(),
    pair: z.int().nonnegative(),
  }),
  /** The system refused to start it; `code` as in errno(3). The pair is of no use any more. */
  z.object({
    kind: z.literal('failed'),
    id,
    code: z.string(),
    message: z.string(),
    pair: z.int().nonnegative().nullable(),
  }),
  z.object({ kind: z.literal('exited'), id, code: z.int().nullable(), signal: z.string().nullable() }),
  z.object({ kind: z.literal('pong') }),
]);

export type Report = z.infer<typeof reportSchema>;

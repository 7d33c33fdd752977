import type { Template } from '../../shared/index.ts';
import { contentPipeline } from './content-pipeline.ts';
import { postflow } from './postflow.ts';

export { builtinJobs } from './builtin.ts';

/** Ready-made sets of jobs, offered in an empty window and by `belfry jobs templates`. */
export const templates: readonly Template[] = [contentPipeline, postflow];

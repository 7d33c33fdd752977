import { main } from './cli/main.ts';
import { processIo } from './cli/process-io.ts';

/** The `belfry` command. */
void main(process.argv.slice(2), processIo()).then((code) => {
  process.exitCode = code;
});

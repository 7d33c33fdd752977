import { connect } from '../../electron/api/index.ts';
import { systemClock } from '../../electron/clock.ts';

/** Connects to the socket that is named on the command line and prints why it cannot. */
await connect(process.argv[2] ?? '', systemClock).then(
  () => console.log('connected'),
  (error: Error) => console.log(error.message),
);

export { claimInstance, exitWithError, setIdentity, storeFile } from './application.ts';
export { type Arguments, parseArguments } from './arguments.ts';
export { openDesktop } from './desktop.ts';

export { createLog } from './machine.ts';
export { registerPageScheme } from './page.ts';

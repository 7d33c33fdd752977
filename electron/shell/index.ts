export { type Arguments, parseArguments } from './arguments.ts';
export { storeFile } from './config-file.ts';
export { openDesktop } from './desktop.ts';
export { endWith } from './failure.ts';
export { setIdentity } from './identity.ts';
export { claimInstance } from './instance.ts';
export { createLog } from './log-file.ts';
export { registerPageScheme } from './page-protocol.ts';

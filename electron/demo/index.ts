export { demoAccount, demoConfig, demoJob } from './content.ts';
export { type DemoNetwork, startDemoNetwork } from './network.ts';

export { demoAccount, demoConfig, demoJob } from './config.ts';
export { type DemoNetwork, startDemoNetwork } from './network.ts';

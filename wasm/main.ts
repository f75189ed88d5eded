// The module's exports: what the host calls. Layout constants are exported so that a test can compare both sides.
export * from './layout';
export { attach } from './regions';
export { ringAbandon, ringClaim, ringFree, ringPublish, ringReady, ringRefuse, ringRelease, ringSlotAt } from './ring';

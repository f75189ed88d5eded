// The module's exports: what the host calls. Layout constants are exported so that a test can compare both sides.

export { applyRecords } from './book';
export { evaluateBasket } from './detect';
export { drain, publishOpportunities, step } from './drain';
export * from './layout';
export { openBooks } from './open';
export { attach } from './regions';
export { ringAbandon, ringClaim, ringFree, ringPublish, ringReady, ringRefuse, ringRelease, ringSlotAt } from './ring';
export { setSeqScope } from './sequence';
export { setEdgeLimits } from './walk';

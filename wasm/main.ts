// The module's exports: what the host calls. Layout constants are exported so that a test can compare both sides.

import './layout-check';

export { breakerAnnounce, breakerOpen, breakerRetire, breakerWord } from './breaker';
export { decode, decodeGeneric } from './decode';
export {
  decodeNamed,
  decodeNeedConditionAt,
  decodeNeedConditionBytes,
  decodeNeedMarket,
  decodeNeedTickE4,
  decodeNeedTokenAt,
  decodeNeedTokenBytes,
  decodeStaged,
} from './decode-stage';
export { evaluateBasket } from './detect';
export { drain, publishOpportunities, step } from './drain';
export { applyRecords, detectRecords } from './groups';
export { keyHash } from './keys';
export * from './layout';
export { openBooks } from './open';
export { publish } from './publish';
export { setEdgeLimits } from './reach';
export { attach } from './regions';
export {
  ringAbandon,
  ringAwait,
  ringClaim,
  ringFree,
  ringPublish,
  ringReady,
  ringRefuse,
  ringRelease,
  ringSlotAt,
} from './ring';
export { setSeqScope } from './sequence';
export { readThrough, sweepHits, sweepHitsScalar } from './sweep';
export { takeTable } from './table';
export { decodeTaken, publishStamped } from './taken';

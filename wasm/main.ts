// The module's exports: what the host calls. Layout constants are exported so that a test can compare both sides.

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
export { keyHash } from './keys';
export * from './layout';
export { publish } from './publish';
export { attach } from './regions';
export { ringAbandon, ringClaim, ringFree, ringPublish, ringReady, ringRefuse, ringRelease, ringSlotAt } from './ring';

// Thread of the detector of measurement `execute`: when it is called it publishes the opportunity and rings for the postman, in
// the order in which a detector of a run does.
import { workerData } from 'node:worker_threads';
import { LiveClock } from '../engine/core/clock.ts';
import { Arena } from '../engine/memory/arena.ts';
import { PostBox } from '../engine/signer/post-box.ts';
import { CALLS, type DetectorTask, PUBLISHED, STOP, WORDS } from './execute-detector.ts';
import { offerOn } from './execute-offer.ts';

/** Between the call and the record: who called is asleep by then, as an executor is between two opportunities. */
const APART_MS = 0.5;
const PARK_MS = 1_000;

const { memory, shared, offer, box: post, startNs } = workerData as DetectorTask;
const [words, stamps] = [new Int32Array(shared, 0, WORDS), new Float64Array(shared, WORDS * 4)];
const nap = new Int32Array(new SharedArrayBuffer(4));
const publish = offerOn(Arena.attach(memory));
const box = post === undefined ? undefined : new PostBox(post);
const clock = new LiveClock(startNs);
for (let called = 0; Atomics.load(words, STOP) === 0; ) {
  Atomics.wait(words, CALLS, called, PARK_MS);
  if (Atomics.load(words, CALLS) === called) continue;
  called = Atomics.load(words, CALLS);
  Atomics.wait(nap, 0, 0, APART_MS);
  stamps[0] = clock.nowNs();
  publish(offer, stamps[0]);
  box?.ring();
  Atomics.store(words, PUBLISHED, called);
}

// Thread shell of the postman: sleeps until a detector rings or a request is posted, then looks into the box for a moment and
// writes what lies there to the signer's pipe. Decides nothing, knows no key.
import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { workerData } from 'node:worker_threads';
import { type Clock, LiveClock } from '../core/clock.ts';
import { PostBox, type PostRoute } from '../signer/post-box.ts';

/** Awake so long after a ring or a request: the executor is woken and plans in far less. */
const AWAKE_NS = 2e6;
/** Between two looks; the kernel makes some 70 µs of it. */
const NAP_MS = 0.02;
const PARK_MS = 1_000;

function serve(box: PostBox, pipe: number, clock: Clock): void {
  const write = (requests: Buffer): void => void writeSync(pipe, requests);
  while (!box.stopped) {
    if (!box.park(PARK_MS)) continue;
    for (let untilNs = clock.nowNs() + AWAKE_NS; clock.nowNs() < untilNs && !box.stopped; ) {
      if (box.push(write)) untilNs = clock.nowNs() + AWAKE_NS;
      else box.nap(NAP_MS);
    }
  }
}

const { box: shared, pipe } = workerData as PostRoute;
const box = new PostBox(shared);
// A descriptor of its own: the engine's may be closed, and its number be another file's, while this thread looks away.
const own = openSync(`/proc/self/fd/${pipe}`, constants.O_WRONLY | constants.O_NONBLOCK);
try {
  serve(box, own, new LiveClock());
} finally {
  box.leave();
  closeSync(own);
}

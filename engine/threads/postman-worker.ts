// Thread shell of the postman: sleeps until a detector rings or a request is posted, then looks into the box for a moment,
// writes what lies there to the signer's pipe, and brings back what the signer answers. Decides nothing, knows no key.
import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs';
import { workerData } from 'node:worker_threads';
import { type Clock, LiveClock } from '../core/clock.ts';
import { AnswerBox } from '../signer/answer-box.ts';
import { PostBox, type PostRoute } from '../signer/post-box.ts';
import { REQUEST_BYTES, readAnswer, SLOT_BYTES, SLOTS, sequenceOf } from '../signer/protocol.ts';

/** Awake so long after a ring or a request: the executor is woken and plans in far less. */
const AWAKE_NS = 2e6;
/** Between two looks; the kernel makes some 70 µs of it. */
const NAP_MS = 0.02;
const PARK_MS = 1_000;

/** The ways out and back. Descriptors are opened once more: the engine's may be closed, and their numbers be other files'. */
class Ways {
  readonly #pipe: number;
  readonly #answers: number;
  readonly #box: AnswerBox;
  readonly #slot = Buffer.alloc(SLOT_BYTES);
  /** Sequences of what was written and not brought back, in the order in which it is answered. */
  readonly #waiting: number[] = [];

  constructor({ pipe, answers, answerBox }: PostRoute) {
    this.#pipe = openSync(`/proc/self/fd/${pipe}`, constants.O_WRONLY | constants.O_NONBLOCK);
    this.#answers = openSync(`/proc/self/fd/${answers}`, constants.O_RDONLY);
    this.#box = new AnswerBox(answerBox);
  }

  readonly write = (requests: Buffer): void => {
    writeSync(this.#pipe, requests);
    for (let at = 0; at < requests.length; at += REQUEST_BYTES) this.#waiting.push(sequenceOf(requests, at));
  };

  fetch(): void {
    for (let sequence = this.#waiting[0]; sequence !== undefined; sequence = this.#waiting[0]) {
      const bytes = readSync(this.#answers, this.#slot, 0, SLOT_BYTES, (sequence % SLOTS) * SLOT_BYTES);
      if (readAnswer(this.#slot, bytes, sequence) === undefined) return;
      this.#box.put(sequence, this.#slot.subarray(0, bytes));
      this.#waiting.shift();
    }
  }

  /** What was not answered by now the executor finds in the file itself. */
  forget(): void {
    this.#waiting.length = 0;
  }

  close(): void {
    closeSync(this.#pipe);
    closeSync(this.#answers);
  }
}

function serve(box: PostBox, ways: Ways, clock: Clock): void {
  while (!box.stopped) {
    if (!box.park(PARK_MS)) continue;
    for (let untilNs = clock.nowNs() + AWAKE_NS; clock.nowNs() < untilNs && !box.stopped; ) {
      if (box.push(ways.write)) untilNs = clock.nowNs() + AWAKE_NS;
      else {
        ways.fetch();
        box.nap(NAP_MS);
      }
    }
    ways.forget();
  }
}

const route = workerData as PostRoute;
const box = new PostBox(route.box);
try {
  const ways = new Ways(route);
  try {
    serve(box, ways, new LiveClock());
  } finally {
    ways.close();
  }
} finally {
  box.leave();
}

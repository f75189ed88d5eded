// The verifier as an agent: when it asks the venue, what it makes of the answers, and how it tells ingest.
import { beforeEach, describe, expect, test } from 'vitest';
import { EvidenceRing } from '../../engine/integrity/evidence-ring.ts';
import { Seals } from '../../engine/integrity/seals.ts';
import { Verifier, type VerifierOptions } from '../../engine/integrity/verifier.ts';
import { Counters } from '../../engine/memory/counters.ts';
import { WireMarket } from '../../engine/replay/polymarket-wire.ts';
import * as L from '../../wasm/layout.ts';
import { EvidenceRig, YES_TOKEN } from './rig.ts';

const MS = 1e6;
const OPTIONS: VerifierOptions = {
  ...{ hash: false, inferTerms: true, hashEveryMs: 1, rest: true },
  ...{ probeAfterMs: 1_000, probeEveryMs: 200, silence: true, silenceMs: 5_000 },
};
const AGENT = 3;

interface Question {
  readonly tokens: readonly string[];
  readonly onBody: (body: string | undefined) => void;
}

let rig: EvidenceRig;
let questions: Question[];
let verifier: Verifier;

function verifierWith(change: Partial<VerifierOptions> = {}): Verifier {
  questions = [];
  return new Verifier(rig.engine.foundation.arena, AGENT, { ...OPTIONS, ...change }, (tokens, onBody) => {
    questions.push({ tokens, onBody });
    return true;
  });
}

beforeEach(() => {
  rig = new EvidenceRig();
  rig.snapshot(1_000);
  verifier = verifierWith();
});

function count(id: number): number {
  return new Counters(rig.engine.foundation.arena, AGENT).get(id);
}

/** Evidence that ingest would find. */
function told(): number[][] {
  const found: number[][] = [];
  new EvidenceRing(rig.engine.foundation.arena).take((...evidence) => found.push(evidence));
  return found;
}

/** Turns from one time to another, ms, every 50 of them. */
function turns(fromMs: number, toMs: number): void {
  for (let ms = fromMs; ms <= toMs; ms += 50) verifier.doWork(ms * MS);
}

describe('a book that nothing proves', () => {
  test('is asked for after its time, one question at a time, at the pace', () => {
    turns(0, 1_000);
    expect(questions).toEqual([]);
    turns(1_050, 5_000);
    expect(questions.map(({ tokens }) => tokens)).toEqual([[YES_TOKEN]]);
    questions[0]!.onBody(undefined);
    turns(5_050, 5_100);
    expect(questions).toHaveLength(2);
    questions[1]!.onBody('<html>');
    turns(5_150, 5_250);
    expect(questions).toHaveLength(2);
    turns(5_300, 5_300);
    expect(questions).toHaveLength(3);
    expect([count(L.COUNTER_PROBES), count(L.COUNTER_PROBES_FAILED)]).toEqual([3, 2]);
  });

  test('is proven by an answer that equals it, whatever its venue time, from when it was asked', () => {
    turns(0, 1_100);
    questions[0]!.onBody(rig.answer(99_000));
    turns(1_150, 1_200);
    expect([count(L.COUNTER_PROBES_AGREED), told()]).toEqual([1, []]);
    const { books } = rig.engine;
    expect(books.verifiedNs(0)).toBeGreaterThanOrEqual(1_050 * MS);
    expect(books.verifiedNs(0)).toBeLessThanOrEqual(1_100 * MS);
  });

  test('is refuted by an answer that differs, once it has had time to get there', () => {
    turns(0, 1_100);
    questions[0]!.onBody(rig.answer(2_000, (json) => json.replace('"10"', '"11"')));
    turns(1_150, 2_050);
    expect(told()).toEqual([]);
    turns(2_100, 2_200);
    expect(told()).toEqual([[0, rig.engine.books.frameSeq(0)]]);
    expect([count(L.COUNTER_PROBES_DIFFERED), count(L.COUNTER_SUSPECTS_ASKED)]).toEqual([1, 1]);
  });

  test('is not refuted by an answer that took its time, when what that shows comes just after it', () => {
    turns(0, 2_200);
    questions[0]!.onBody(rig.answer(3_000, (json) => json.replace('"10"', '"11"')));
    turns(2_250, 2_350);
    rig.take(rig.batch(3_000, [[5_100, 11e6]]));
    turns(2_400, 3_500);
    expect([count(L.COUNTER_PROBES_AGREED), count(L.COUNTER_PROBES_DIFFERED), told()]).toEqual([1, 0, []]);
  });

  test('is not refuted when it gets there in time, nor by an older answer', () => {
    turns(0, 1_100);
    questions[0]!.onBody(rig.answer(2_000, (json) => json.replace('"10"', '"11"')));
    rig.take(rig.batch(2_001, [[5_100, 12e6]]));
    turns(1_150, 1_250);
    expect(count(L.COUNTER_PROBES_UNDECIDED)).toBe(1);
    turns(1_300, 2_400);
    questions[1]!.onBody(rig.answer(1_500, (json) => json.replace('"12"', '"13"')));
    turns(2_450, 4_000);
    expect([count(L.COUNTER_PROBES_UNDECIDED), told()]).toEqual([2, []]);
  });

  test('is neither proven nor refuted by an answer whose hash does not hold', () => {
    turns(0, 1_100);
    questions[0]!.onBody(rig.answer(2_000).replace('"size":"10"', '"size":"11"'));
    turns(1_150, 3_000);
    expect([count(L.COUNTER_PROBES_FAILED), count(L.COUNTER_PROBES_AGREED), told()]).toEqual([1, 0, []]);
  });

  test('is left alone when the check is off', () => {
    verifier = verifierWith({ rest: false });
    turns(0, 60_000);
    expect(questions).toEqual([]);
  });
});

const wrong = (json: string): string => json.replace('"10"', '"11"');

/** Bodies that answer a question each, the last of them in the last turn; undefined: no answer comes before the end. */
const endings: readonly (readonly [string, () => readonly (string | undefined)[]])[] = [
  [
    'agrees, fails, or is about nothing asked',
    () => [rig.answer(9_000), '<html>', rig.answer(9_000).replace('0xab', '0xac')],
  ],
  ['differs', () => [rig.answer(9_000, wrong)]],
  ['waits for its verdict when the run ends', () => [rig.answer(9_000), rig.answer(9_000, wrong)]],
  ['does not come before the run ends', () => [rig.answer(9_000), undefined]],
  ['names a token that is not the market’s', () => [rig.answer(9_000).replace(YES_TOKEN, '9'.repeat(77))]],
  ['names the market twice', () => [`[${rig.answer(9_000).slice(1, -1)},${rig.answer(9_001).slice(1, -1)}]`]],
];
for (const [what, bodiesOf] of endings) {
  test(`every book asked for ends in one verdict: one whose answer ${what}`, () => {
    verifier = verifierWith({ probeAfterMs: 400 });
    let ms = 0;
    for (const [index, body] of bodiesOf().entries()) {
      for (; questions.length <= index; ms += 50) verifier.doWork(ms * MS);
      if (body !== undefined) questions[index]!.onBody(body);
    }
    if (what === 'differs') turns(ms, ms + 1_300);
    verifier.close();
    const ends = [
      L.COUNTER_PROBES_AGREED,
      L.COUNTER_PROBES_DIFFERED,
      L.COUNTER_PROBES_UNDECIDED,
      L.COUNTER_PROBES_FAILED,
    ];
    const asked = count(L.COUNTER_PROBES);
    expect(asked).toBeGreaterThanOrEqual(bodiesOf().length);
    expect(ends.map(count).reduce((sum, one) => sum + one)).toBe(asked);
  });
}

test('an answer that comes before the question is out is taken, and the next question asked', () => {
  let asked = 0;
  verifier = new Verifier(rig.engine.foundation.arena, AGENT, OPTIONS, (_tokens, onBody) => {
    asked += 1;
    onBody(rig.answer(99_000));
    return true;
  });
  turns(0, 2_500);
  expect([asked, count(L.COUNTER_PROBES_AGREED)]).toEqual([2, 2]);
});

test('a book that the executor doubts is asked for at once; an answer that agrees ends the doubt', () => {
  verifier = verifierWith({ probeAfterMs: 600_000 });
  const seals = new Seals(rig.engine.foundation.arena);
  turns(0, 500);
  expect(questions).toEqual([]);
  seals.doubted(0, rig.engine.books.frameSeq(0), 500 * MS);
  turns(550, 600);
  expect([questions.length, seals.isDoubted(0)]).toEqual([1, true]);
  questions[0]!.onBody(rig.answer(2_000));
  turns(650, 700);
  expect([seals.isDoubted(0), told()]).toEqual([false, []]);
});

test('of the books that are due those that are doubted are asked for first', () => {
  const otherYes = '5'.repeat(77);
  const other = new WireMarket({
    ...{ conditionId: `0x${'cd'.repeat(32)}`, yesToken: otherYes, noToken: '6'.repeat(77) },
    ...{ tickE4: 100, minSizeText: '5', negRisk: false },
  });
  other.setLevel('bid', 4_900, 10e6);
  other.setLevel('ask', 5_100, 10e6);
  rig.take([other.snapshotText(1_000)]);
  turns(0, 1_000);
  expect(questions).toEqual([]);
  new Seals(rig.engine.foundation.arena).doubted(1, rig.engine.books.frameSeq(1), 1_010 * MS);
  turns(1_050, 1_100);
  expect(questions.map(({ tokens }) => tokens)).toEqual([[otherYes, YES_TOKEN]]);
});

test('with the check of silence off a silent market is counted, and not asked for', () => {
  verifier = verifierWith({ probeAfterMs: 600_000, silence: false });
  const { arena } = rig.engine.foundation;
  arena.f64[(arena.at(L.REGION_SCRATCH, 1) + L.SCRATCH_CONNECTION_RECV_NS + 8) >> 3] = 5_900 * MS;
  turns(0, 6_000);
  expect([count(L.COUNTER_SILENCES), questions.length]).toEqual([1, 0]);
});

test('a market silent on a connection that has data is counted once, and asked for though its proof is young', () => {
  verifier = verifierWith({ probeAfterMs: 600_000 });
  const { arena } = rig.engine.foundation;
  const dataAt = (arena.at(L.REGION_SCRATCH, 1) + L.SCRATCH_CONNECTION_RECV_NS + 8) >> 3;
  turns(0, 6_000);
  expect([count(L.COUNTER_SILENCES), questions.length]).toEqual([0, 0]);
  arena.f64[dataAt] = 5_900 * MS;
  turns(6_050, 9_000);
  expect([count(L.COUNTER_SILENCES), questions.length]).toEqual([1, 1]);
  rig.take(rig.batch(3_000, [[4_800, 1e6]]));
  turns(9_050, 9_200);
  rig.engine.foundation.arena.f64[dataAt] = 20_000 * MS;
  turns(20_050, 20_200);
  expect(count(L.COUNTER_SILENCES)).toBe(2);
});

test('evidence that finds a full ring is told when there is room again', () => {
  const ring = new EvidenceRing(rig.engine.foundation.arena);
  for (let slot = 0; slot < L.EVIDENCE_RING_SLOTS; slot += 1) ring.tell(9, 1);
  turns(0, 1_100);
  questions[0]!.onBody(rig.answer(2_000, (json) => json.replace('"10"', '"11"')));
  turns(1_150, 2_300);
  expect(count(L.COUNTER_SUSPECTS_ASKED)).toBe(1);
  expect(told()).toHaveLength(L.EVIDENCE_RING_SLOTS);
  turns(2_350, 2_500);
  expect(told()).toEqual([[0, rig.engine.books.frameSeq(0)]]);
});

// The verdicts on live hashes, taken from seals while the books move on, are those that the evidence over the same messages
// gives, or none: generated feeds with bursts, lost and changed messages and late trades.
import { expect, test } from 'vitest';
import { Random } from '../../engine/core/random.ts';
import type { Received } from '../../engine/integrity/contract.ts';
import { Evidence } from '../../engine/integrity/evidence.ts';
import { LiveHash } from '../../engine/integrity/live-hash.ts';
import { LiveTerms } from '../../engine/integrity/live-terms.ts';
import { provenBooks } from '../../engine/integrity/proven-books.ts';
import { Seals } from '../../engine/integrity/seals.ts';
import type { Check, Verdict } from '../../engine/integrity/verdicts.ts';
import { polymarketStatements } from '../../engine/venue/polymarket/statements.ts';
import { VENUE_POLYMARKET } from '../../wasm/layout.ts';
import { EvidenceRig, SMALL_CONFIG } from './rig.ts';

const SEED = Number(process.env['DUTCHBOOK_SEED'] ?? 20_261_128);
const FEEDS = 60;
const BATCHES = 40;

interface Feed {
  /** Live verdicts in order. */
  readonly live: { readonly message: number; readonly verdict: Verdict }[];
  /** Verdicts of the evidence on the hashes of each message. */
  readonly evidence: Map<number, Set<Verdict>>;
  faults: number;
}

/** One generated feed through the engine's books, judged both ways. */
function play(random: Random): Feed {
  const rig = new EvidenceRig();
  const { arena, markets } = rig.engine.foundation;
  const { books } = rig.engine;
  const feed: Feed = { live: [], evidence: new Map(), faults: 0 };
  const onVerdict = (check: Check, verdict: Verdict, { message }: Received): void => {
    if (check !== 'hashWs' && check !== 'hashDelta') return;
    const verdicts = feed.evidence.get(message) ?? new Set();
    feed.evidence.set(message, verdicts.add(verdict));
  };
  const evidence = new Evidence({
    ...{ books, markets, seqScope: 'full', options: SMALL_CONFIG.integrity, onFault: () => {}, onVerdict },
  });
  const seals = new Seals(arena);
  const live = new LiveHash({
    ...{ books, markets, seals, terms: new LiveTerms(arena, seals), everyNs: 0, inferTerms: true },
    onVerdict: (_market, { frameSeq }, verdict) => feed.live.push({ message: frameSeq, verdict }),
  });
  let message = 0;
  const take = (text: string): void => {
    message += 1;
    const received = { connection: 1, recvNs: message * 1e6, message };
    rig.engine.accept(Buffer.from(text, 'utf8'), VENUE_POLYMARKET, 1, received.recvNs);
    evidence.message(polymarketStatements(JSON.parse(text)), received);
    // The verifier is not always there in time.
    for (let turns = random.integer(0, 3); turns > 0; turns -= 1) live.turn(0, received.recvNs);
  };
  take(rig.wire.snapshotText(1_000));
  let late: string[] = [];
  let faultsBefore = 0;
  let faultBatch = 0;
  for (let batch = 1; batch <= BATCHES; batch += 1) {
    const changes = Array.from({ length: random.integer(1, 3) }, (): [number, number] => [
      (random.chance(0.5) ? random.integer(40, 48) : random.integer(52, 60)) * 100,
      random.integer(0, 9) * 1_000_000,
    ]);
    const tradeE4 = random.chance(0.1) ? random.integer(45, 55) * 100 : undefined;
    const texts = rig.batch(1_000 + 2 * batch, changes, tradeE4);
    const [trades, books2] = [texts.filter(isTrade), texts.filter((text) => !isTrade(text))];
    for (const text of books2) {
      const fault = random.integer(0, 39);
      if (fault === 0) feed.faults += 1;
      else if (fault === 1 && text.includes('"size":"3"')) {
        feed.faults += 1;
        take(text.replaceAll('"size":"3"', '"size":"4"'));
      } else take(text);
    }
    for (const text of late) take(text);
    late = trades;
    // As the resync would: inference is given up for a market that stays wrong, which is not what is compared here.
    if (feed.faults > faultsBefore && batch > faultBatch + 1) {
      take(rig.wire.snapshotText(1_001 + 2 * batch));
      faultsBefore = feed.faults;
    } else if (feed.faults === faultsBefore) faultBatch = batch;
  }
  evidence.end();
  return feed;
}

function isTrade(text: string): boolean {
  return text.includes('last_trade_price"') && !text.includes('"bids"');
}

test(`a live verdict is the evidence’s own or none, over ${FEEDS} feeds of ${BATCHES} bursts (seed ${SEED})`, () => {
  const random = new Random(SEED);
  const counts = { verified: 0, mismatched: 0, unverifiable: 0, superseded: 0, faults: 0 };
  for (let feed = 0; feed < FEEDS; feed += 1) {
    const { live, evidence, faults } = play(random);
    counts.faults += faults;
    for (const { message, verdict } of live) {
      counts[verdict] += 1;
      if (verdict === 'unverifiable') continue;
      // What a later message of the millisecond proved again held here already.
      const allowed: readonly Verdict[] = verdict === 'verified' ? ['verified', 'superseded'] : [verdict];
      const ofEvidence = [...(evidence.get(message) ?? [])];
      const same = ofEvidence.some((one) => allowed.includes(one));
      expect({ feed, message, verdict, ofEvidence, same }).toMatchObject({ same: true });
    }
    if (faults === 0) expect(live.filter(({ verdict }) => verdict === 'mismatched')).toEqual([]);
  }
  console.log(counts);
  expect(counts.verified).toBeGreaterThan(200);
  expect(counts.mismatched).toBeGreaterThan(20);
  expect(counts.unverifiable).toBeGreaterThan(20);
  expect(counts.faults).toBeGreaterThan(20);
});

/** Market 0 of a rig, its live hashes judged in turns; the rig's wire goes on by itself. */
class Judged {
  readonly rig: EvidenceRig;
  readonly verdicts: Verdict[] = [];
  readonly terms: LiveTerms;
  readonly #live: LiveHash;
  #venueMs = 1_000;

  constructor(rig: EvidenceRig, inferTerms: boolean) {
    const { arena, markets } = rig.engine.foundation;
    const seals = new Seals(arena);
    this.rig = rig;
    this.terms = new LiveTerms(arena, seals);
    this.#live = new LiveHash({
      ...{ books: rig.engine.books, markets, seals, terms: this.terms, everyNs: 0, inferTerms },
      onVerdict: (_market, _seal, verdict) => this.verdicts.push(verdict),
    });
  }

  /** The verifier has time for all that it can do now. */
  turns(): void {
    for (let turn = 0; turn < 4; turn += 1) this.#live.turn(0, 0);
  }

  /** `count` changes, each a millisecond after the other, with the verifier there in between; answers their verdicts. */
  changes(count: number, spoil: (text: string) => string = (text) => text): Verdict[] {
    const before = this.verdicts.length;
    for (let change = 0; change < count; change += 1) {
      this.#venueMs += 2;
      const texts = this.rig.batch(this.#venueMs, [[4_700, (10 + (this.#venueMs % 100)) * 1e6]]);
      this.rig.take(texts.map(spoil));
      this.turns();
    }
    return this.verdicts.slice(before);
  }

  /** The venue's answer about the market proves what its hashes cover. */
  learn(lastTradeText: string): void {
    const { rig, terms } = this;
    const books = provenBooks(rig.answer(2_000, undefined, lastTradeText), rig.engine.foundation.markets);
    terms.learn(0, books.get(0)!);
  }
}

const unproven: readonly (readonly [string, boolean, () => EvidenceRig, string])[] = [
  ['of a market that traded before the run, without inference', false, tradedRig, '0.480'],
  ['of a market of a minimum size that nobody stated', true, () => new EvidenceRig({}, '7'), ''],
];

function tradedRig(): EvidenceRig {
  const rig = new EvidenceRig();
  rig.batch(900, [], 4_800);
  return rig;
}

for (const [what, inferTerms, rigOf, lastTradeText] of unproven) {
  test(`a hash ${what} is not held against the levels until an answer of the venue has proven the rest`, () => {
    const judged = new Judged(rigOf(), inferTerms);
    judged.rig.snapshot(1_000);
    judged.turns();
    const before = judged.changes(24);
    expect(before.length).toBeGreaterThan(10);
    expect(new Set(before)).toEqual(new Set(['unverifiable']));
    judged.learn(lastTradeText);
    const after = judged.changes(12);
    expect(after.length).toBeGreaterThan(4);
    expect(after.slice(1)).toEqual(after.slice(1).map(() => 'verified'));
    const spoilt = judged.changes(3, (text) => text.replaceAll(/"size":"\d+"/g, '"size":"99"'));
    expect(spoilt).toContain('mismatched');
  });
}

test('a hash is not judged by a book that a later part of the same frame has changed', () => {
  const judged = new Judged(new EvidenceRig(), true);
  const { rig } = judged;
  rig.snapshot(1_000);
  judged.turns();
  expect(judged.changes(4)).toContain('verified');
  judged.turns();
  const before = judged.verdicts.length;
  const [change] = rig.batch(1_500, [[4_600, 7e6]]);
  rig.wire.setLevel('bid', 4_600, 9e6);
  const books = rig.wire.snapshotText(1_505);
  rig.take([`[${change},${books.slice(1)}`]);
  judged.turns();
  judged.changes(1);
  expect(judged.verdicts.slice(before)).toContain('unverifiable');
  expect(judged.verdicts).not.toContain('mismatched');
});

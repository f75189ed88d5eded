// Suites of single baskets. `evaluate-N`: the best ask of a leg changes and its basket of N legs is judged, every 128th time
// with an edge, in 1,000 markets. `walk-NxM`: the basket's depth is walked, N legs of M levels each, from the best levels to the last that pay.
// Beside each a careful TypeScript loop.
import { Random } from '../../engine/core/random.ts';
import * as L from '../../wasm/layout.ts';
import { createTally } from '../baseline/detect.ts';
import { bookChecksum } from '../checksum.ts';
import type { Suite, Variant } from '../harness.ts';
import { arenaLevels, createOpportunityPoll, writeLevel } from '../rig.ts';
import { type BasketWorld, drawWorld, openCareful, openOurs, YES_BASKET } from './basket-table.ts';

const STEP = 64;
const BATCHES = 64;
const CYCLE = 2 * STEP * BATCHES;
/** As many markets as the other suites have, so that what a change touches is not in the caches already. */
const MARKETS = 1_000;
const CHANGE_MICROS = 100_000_000;
const PAYS_E4 = 10_000;
/** The asks sum to a little more than a set pays; the usual change leaves that so, one of a batch does not. */
const ASK_SUM_E4 = PAYS_E4 + 100;
const USUAL_E4 = 10;
const RARE_E4 = 300;
/** So far below what a set pays that all 20 levels of every leg pay, the dearest together with its fees too. */
const DEEP = { perLegE4: 200, feesE4: 120 } as const;

interface Change {
  readonly market: number;
  readonly side: number;
  readonly priceE4: number;
  readonly sizeMicros: number;
}

/** Batches of better asks in markets drawn over all events; each batch goes again, in another order, before the next. */
function drawChanges({ metas, asksE4 }: BasketWorld): Change[] {
  const random = new Random(metas.length);
  const changes: Change[] = [];
  for (let batch = 0; batch < BATCHES; batch += 1) {
    const markets = new Set<number>();
    while (markets.size < STEP) markets.add(random.integer(0, metas.length - 1));
    const better = [...markets].map((market, place) => {
      const priceE4 = asksE4[market]! - (place === STEP - 1 ? RARE_E4 : USUAL_E4);
      return { market, side: L.SIDE_ASK, priceE4, sizeMicros: CHANGE_MICROS };
    });
    changes.push(...better, ...better.map((change) => ({ ...change, sizeMicros: 0 })).reverse());
  }
  return changes;
}

/** Plays the cycle and answers what is in the books at its end, and what was told on the way. */
function verified(play: (first: number) => void, checksum: () => string, take: () => string): string {
  take();
  for (let first = 0; first < CYCLE; first += STEP) play(first);
  const told = take();
  if (told.startsWith('0-')) throw new Error('the cycle opens no basket');
  return `${checksum()} ${told}`;
}

/** A variant that plays the cycle, STEP changes a sample. */
function cycling(name: string, play: (first: number) => void, before: () => void, verify: () => string): Variant {
  let next = 0;
  const run = (): void => {
    play(next);
    next = (next + STEP) % CYCLE;
  };
  const verifyFromStart = (): string => {
    // A batch that is there goes first.
    if ((next / STEP) % 2 === 1) play(next);
    next = 0;
    return verify();
  };
  return { name, opsPerSample: STEP, before, run, verify: verifyFromStart };
}

function ourEvaluation(world: BasketWorld): Variant {
  const { arena, wasm } = openOurs(world);
  const tally = createTally();
  const poll = createOpportunityPoll(arena, tally.add);
  const { at } = arena.region(L.REGION_SCAN);
  for (const [place, change] of drawChanges(world).entries()) {
    const record = { ...change, kind: L.KIND_SET, flags: L.LEVEL_FLAG_LAST, frameSeq: place + 1 };
    writeLevel(arena, at + place * L.LEVEL_BYTES, record);
  }
  const play = (first: number): void => {
    if (wasm.detectRecords(at + first * L.LEVEL_BYTES, STEP) > 0) wasm.publishOpportunities(0);
  };
  const levels = arenaLevels(arena);
  const playAndPoll = (first: number): void => {
    play(first);
    poll();
  };
  const take = (): string => {
    poll();
    return tally.take();
  };
  const verify = (): string => {
    take();
    tally.clear();
    return verified(playAndPoll, () => bookChecksum(levels), take);
  };
  return cycling('dutchbook', play, poll, verify);
}

function carefulEvaluation(world: BasketWorld): Variant {
  const tally = createTally();
  const { books, detector } = openCareful(world, tally.add);
  const changes = drawChanges(world);
  const play = (first: number): void => {
    for (let place = first; place < first + STEP; place += 1) {
      const { market, side, priceE4, sizeMicros } = changes[place]!;
      books.set(market, side, priceE4, sizeMicros);
      detector.onMarket(market);
    }
  };
  const verify = (): string => {
    tally.clear();
    return verified(play, () => bookChecksum(books), tally.take);
  };
  return cycling('careful', play, () => undefined, verify);
}

/** The suite of baskets of `legs` whose legs change. */
export function createEvaluateSuite(legs: number): Suite {
  const world = drawWorld(Math.floor(MARKETS / legs), legs, ASK_SUM_E4);
  return {
    name: `evaluate-${legs}`,
    operation: `change of a leg of ${legs}, basket judged`,
    variants: [ourEvaluation(world), carefulEvaluation(world)],
  };
}

const WALKS_PER_SAMPLE = 16;

function ourWalk(world: BasketWorld): Variant {
  const { arena, wasm } = openOurs(world);
  const tally = createTally();
  const poll = createOpportunityPoll(arena, tally.add);
  const flags = (arena.at(L.REGION_BASKETS, YES_BASKET) + L.BASKET_FLAGS) >> 2;
  const walk = (): void => {
    for (let walks = 0; walks < WALKS_PER_SAMPLE; walks += 1) wasm.evaluateBasket(YES_BASKET, 1, 1);
  };
  const verify = (): string => {
    poll();
    tally.clear();
    // Closed, so that it is told again.
    arena.u32[flags]! &= ~L.BASKET_FLAG_OPEN;
    walk();
    wasm.publishOpportunities(0);
    poll();
    return tally.take();
  };
  return { name: 'dutchbook', opsPerSample: WALKS_PER_SAMPLE, run: walk, verify };
}

function carefulWalk(world: BasketWorld): Variant {
  const tally = createTally();
  const { detector } = openCareful(world, tally.add);
  const walk = (): void => {
    for (let walks = 0; walks < WALKS_PER_SAMPLE; walks += 1) detector.onMarket(0);
  };
  const verify = (): string => {
    tally.clear();
    openCareful(world, tally.add).detector.onMarket(0);
    return tally.take();
  };
  return { name: 'careful', opsPerSample: WALKS_PER_SAMPLE, run: walk, verify };
}

/** The suite of a basket of `legs` whose 20 levels all pay. */
export function createWalkSuite(legs: number): Suite {
  const world = drawWorld(1, legs, PAYS_E4 - legs * DEEP.perLegE4 - DEEP.feesE4);
  const variants = [ourWalk(world), carefulWalk(world)];
  if (variants[0]!.verify().startsWith('0-')) throw new Error('the basket has no edge');
  return { name: `walk-${legs}x20`, operation: `walk of ${legs} x 20 levels`, variants };
}

// What relations cost off the hot path: 1,000 events compiled into proved baskets, and one event of 30 outcomes with 20
// levels each solved as a linear programme. One after the other in one process; every answer is checked.
import { compileRelations } from '../engine/basket/compile.ts';
import { type LinearSolver, linearSolver } from '../engine/basket/lp.ts';
import { type Offer, type Solution, solveGroup } from '../engine/basket/solve.ts';
import { endsFrom, type System, systemOf } from '../engine/basket/states.ts';
import { LiveClock } from '../engine/core/clock.ts';
import { Random } from '../engine/core/random.ts';
import type { MarketMeta, Relation } from '../engine/venue/contract.ts';
import { ACTION_BUY_NO, ACTION_BUY_YES } from '../wasm/layout.ts';
import { quantile } from './harness.ts';

const SEED = 1_000;
const OUTCOMES = 30;
const LEVELS = 20;
const SHARE = 1_000_000;
const FEE = { rateE6: 50_000, exponent: 1, roundMicros: 10 };
const SETTLEMENT = {
  ...{ source: 'the venue', window: 'one day', timeZone: 'UTC', threshold: 'none', inclusive: 'none' as const },
  ...{ tieRule: 'none', voidRule: 'none', polarity: 'wins' },
};

/** How large and how often. */
export interface RelationsPlan {
  readonly events: number;
  readonly compilations: number;
  readonly solutions: number;
}

export interface RelationsRow {
  readonly variant: string;
  readonly p50Ns: number;
  readonly p99Ns: number;
  readonly maxNs: number;
  readonly runs: number;
  /** Traded baskets of one compilation; portfolios that earn. */
  readonly found: number;
}

/** Compiles and solves as often as planned. Throws when an answer is wrong. */
export async function measureRelations(plan: RelationsPlan): Promise<RelationsRow[]> {
  return [measureCompile(plan), measureSolve(plan, await linearSolver())];
}

function rowOf(variant: string, ns: number[], found: number): RelationsRow {
  ns.sort((a, b) => a - b);
  const [p50Ns, p99Ns] = [quantile(ns, 0.5), quantile(ns, 0.99)];
  return { variant, p50Ns, p99Ns, maxNs: ns.at(-1)!, runs: ns.length, found };
}

/**
 * Events as venues have them: six in ten neg-risk sets of 2 to 30 outcomes, two ladders of 3 to 8 thresholds, one a pair over
 * two venues, one a set of 3 to 6 with an implication inside, which has to be proved by its joint states.
 */
export function createEvents(random: Random, events: number): { relations: Relation[]; baskets: number } {
  let markets = 0;
  const next = (count: number): string[] => {
    markets += count;
    return Array.from({ length: count }, (_, place) => `polymarket:m${markets - place}`);
  };
  let baskets = 0;
  const relations = Array.from({ length: events }, (_, event): Relation[] => {
    const form = event % 10;
    if (form < 6) {
      baskets += 2;
      return [{ kind: 'exactlyOne', markets: next(random.integer(3, 30)) }];
    }
    if (form < 8) {
      const steps = next(random.integer(3, 8));
      baskets += (steps.length * (steps.length - 1)) / 2;
      return [{ kind: 'ladder', markets: steps }];
    }
    if (form === 8) {
      const [here, there] = next(2);
      baskets += 2;
      return [{ kind: 'same', markets: [here!, there!], fingerprints: [SETTLEMENT, SETTLEMENT] }];
    }
    const set = next(random.integer(3, 6));
    const [above] = next(1);
    return [
      { kind: 'exactlyOne', markets: set },
      { kind: 'implies', markets: [set[0]!, above!] },
    ];
  }).flat();
  return { relations, baskets };
}

function measureCompile({ events, compilations }: RelationsPlan): RelationsRow {
  const { relations, baskets } = createEvents(new Random(SEED), events);
  const clock = new LiveClock();
  const ns: number[] = [];
  let found = 0;
  for (let run = 0; run < compilations; run += 1) {
    const startNs = clock.nowNs();
    const compiled = compileRelations(relations);
    ns.push(clock.nowNs() - startNs);
    found = compiled.baskets.length;
    // What the mixed sets give besides is the compiler's affair; what the plain ones give is known.
    if (found < baskets + 2 * Math.floor(events / 10)) throw new Error(`relations: ${found} baskets of ${baskets}`);
  }
  return rowOf(`compile ${events} events`, ns, found);
}

/** Books of one event; about every second set costs less than it pays. */
function offersOf(random: Random, markets: readonly string[]): Offer[] {
  const fairE4 = Math.floor(10_000 / markets.length) - random.integer(0, 45);
  return markets.flatMap((marketId) => {
    const midE4 = fairE4 + random.integer(-80, 80);
    return [ACTION_BUY_YES, ACTION_BUY_NO].map((action): Offer => {
      let priceE4 = (action === ACTION_BUY_YES ? midE4 : 10_000 - midE4) + random.integer(1, 12);
      const levels = Array.from({ length: LEVELS }, () => {
        priceE4 = Math.min(9_990, priceE4 + random.integer(1, 10));
        return { priceE4, sizeMicros: random.integer(5, 5_000) * SHARE };
      });
      return { marketId, action, levels, fee: FEE, minSizeMicros: 5 * SHARE };
    });
  });
}

function measureSolve({ solutions }: RelationsPlan, solver: LinearSolver): RelationsRow {
  const random = new Random(SEED);
  const markets = Array.from({ length: OUTCOMES }, (_, place) => `polymarket:o${place}`);
  const metas: readonly MarketMeta[] = [];
  const system = systemOf({ kind: 'exactlyOne', markets }, endsFrom(metas))!;
  const clock = new LiveClock();
  const ns: number[] = [];
  let found = 0;
  for (let run = 0; run < solutions; run += 1) {
    const offers = offersOf(random, markets);
    const startNs = clock.nowNs();
    const solution = solveGroup(system, offers, solver);
    ns.push(clock.nowNs() - startNs);
    if (solution === undefined) throw new Error(`relations: event ${run} was given up`);
    verify(system, solution);
    found += solution.legs.length > 0 ? 1 : 0;
  }
  if (found === 0) throw new Error('relations: no event had an edge');
  return rowOf(`solve one event of ${OUTCOMES} outcomes`, ns, found);
}

/** The portfolio must earn what it says in every end. */
function verify({ markets, states }: System, { legs, profitMicros, costMicros, feeMicros }: Solution): void {
  const worst = Math.min(
    ...states.map(({ winners }) =>
      legs.reduce((sum, { marketId, action, sizeMicros }) => {
        const isYes = winners.includes(markets.indexOf(marketId));
        return sum + (isYes === (action === ACTION_BUY_YES) ? sizeMicros : 0);
      }, 0),
    ),
  );
  const earned = legs.length === 0 ? 0 : worst - costMicros - feeMicros;
  if (earned !== profitMicros) throw new Error(`relations: a portfolio earns ${earned}, said ${profitMicros}`);
}

// One run of a campaign: trades a made tape at both simulated venues through all that is drawn, stops at quiet points to
// compare the ledgers, and is judged as a whole at its end.
import { configSchema } from '../../engine/config/schema.ts';
import { Random } from '../../engine/core/random.ts';
import type { CrossVenue } from '../../engine/execute/options.ts';
import { kalshiOutcome } from '../../engine/venue/kalshi/outcome.ts';
import { VIEW_NO, VIEW_YES } from '../../wasm/layout.ts';
import { campaignConfig } from './config.ts';
import { type Field, openField } from './field.ts';
import { Hand } from './hand.ts';
import { differenceOf, type Judged, judge, kalshiPairs, unsettledOf } from './judge.ts';
import { makeTape } from './tape.ts';

/** How much is traded. */
export interface CampaignPlan {
  readonly seed: number;
  readonly seconds: number;
  readonly sets: number;
  readonly kalshiSets: number;
  readonly pairs: number;
  /** Order request on which Polymarket restarts, 0: never. */
  readonly restartAt: number;
  readonly crossVenue: CrossVenue;
  readonly batchWindowUs: number;
  /** Baskets after which it ends before its time: what a busy machine comes to takes as long as it takes. Absent: never. */
  readonly basketsMax?: number;
  /** Seconds from one quiet point to the next. */
  readonly quietEverySeconds: number;
}

/** What one run came to. */
export interface CampaignRun extends Judged {
  readonly plan: CampaignPlan;
  readonly quietPoints: number;
  readonly openMicrosMax: number;
  /** Everything that was to happen, by name, with how often it did. */
  readonly faults: Readonly<Record<string, number>>;
  /** What the executor counted: ways of unwinding, refusals. */
  readonly executor: Field['executor']['stats'];
  readonly refusals: Readonly<Record<string, number>>;
  readonly ownCauses: Readonly<Record<string, number>>;
}

const QUIET_MS_MAX = 60_000;
const TRIP_IN_SYNC = 0.01;
/** Longer than the even part of the venues' latency. */
const SLOW_MS = 25;
const POST_ONLY_NS = 120e9;
const HAND_SEED = 0x68616e64;

/** Makes the tape, trades it, judges it. */
export async function runCampaign(plan: CampaignPlan): Promise<CampaignRun> {
  const { seed, crossVenue, batchWindowUs, seconds } = plan;
  const tape = makeTape(plan);
  const config = configSchema.parse(campaignConfig({ crossVenue, batchWindowUs }));
  const field = await openField({ seed, restartAt: plan.restartAt, config, tape, tripInSync: TRIP_IN_SYNC });
  try {
    const hand = new Hand(field, tape, new Random(seed ^ HAND_SEED), seconds);
    const problems: string[] = [];
    const { quietPoints, balances } = await trade(field, hand, plan, problems);
    const judged = judge(field);
    return {
      ...{ ...judged, plan, quietPoints, openMicrosMax: field.eye.openMicrosMax },
      ...{ problems: [...problems, ...judged.problems], faults: { ...faultsOf(field, hand, judged), balances } },
      ...{ executor: { ...field.executor.stats }, refusals: field.executor.refusals.toObject() },
      ownCauses: hand.ownCauses,
    };
  } finally {
    await field.close();
  }
}

/** Trades until the time is over; answers how many quiet points there were, the last one included. */
async function trade(
  field: Field,
  hand: Hand,
  plan: CampaignPlan,
  problems: string[],
): Promise<{ quietPoints: number; balances: number }> {
  const { clock, executor } = field;
  const endNs = clock.nowNs() + plan.seconds * 1e9;
  let [quietPoints, balances] = [0, 0];
  const isOver = (): boolean =>
    clock.nowNs() >= endNs || executor.stats.basketsSent >= (plan.basketsMax ?? Number.POSITIVE_INFINITY);
  while (!isOver()) {
    const quietNs = Math.min(endNs, clock.nowNs() + plan.quietEverySeconds * 1e9);
    while (clock.nowNs() < quietNs && !isOver()) await turn(field, hand, true);
    // No basket begins while it is quiet; the unwinds go on.
    hand.stop();
    const isLast = isOver();
    if (isLast) executor.hold();
    if (await becomesCalm(field, hand)) quietPoints += 1;
    else
      problems.push(
        `no quiet point within ${QUIET_MS_MAX} ms: ${[...unrestOf(field, hand), ...unsettledOf(field)].join(', ')}`,
      );
    const difference = differenceOf(field);
    if (difference !== '') problems.push(`quiet point ${quietPoints}: ${difference}`);
    else balances += await compareCash(field, hand, problems);
    if (isLast) return { quietPoints, balances };
    hand.reset();
  }
  return { quietPoints, balances };
}

/** Compares our cash with what the venues answer by REST; how many answers were right. */
async function compareCash(field: Field, hand: Hand, problems: string[]): Promise<number> {
  const { executor, readCash } = field;
  const { ledger } = executor;
  const before = [ledger.venue('polymarket').cashMicros, ledger.venue('kalshi').cashMicros];
  // A machine that gives no turns gets no answer within its deadline, which says nothing of the cash.
  const theirs = await readCash().catch(() => undefined);
  if (theirs === undefined) return 0;
  const pairs = kalshiPairs(ledger);
  const after = [ledger.venue('polymarket').cashMicros, ledger.venue('kalshi').cashMicros];
  // An unwind that goes on meanwhile decides nothing.
  if (String(before) !== String(after) || unrestOf(field, hand).length > 0) return 0;
  if (theirs.polymarket !== after[0]) problems.push(`Polymarket answers ${theirs.polymarket} cash, ours ${after[0]}`);
  if (theirs.kalshi !== after[1]! + pairs)
    problems.push(`Kalshi answers ${theirs.kalshi} cash, ours ${after[1]! + pairs}`);
  return 2;
}

async function turn(field: Field, hand: Hand, mayTrip: boolean): Promise<void> {
  hand.turn(mayTrip);
  if (field.turn() === 0) await field.idle();
  else await new Promise((resolve) => setImmediate(resolve));
}

async function becomesCalm(field: Field, hand: Hand): Promise<boolean> {
  const { clock } = field;
  const untilNs = clock.nowNs() + QUIET_MS_MAX * 1e6;
  while (unrestOf(field, hand).length > 0 && clock.nowNs() < untilNs) await turn(field, hand, false);
  return unrestOf(field, hand).length === 0;
}

/** What is not known yet: orders without an outcome, fills that are not settled, payouts that were not booked. */
function unrestOf({ executor, breaker }: Field, { settled }: Hand): string[] {
  const { desk, ledger } = executor;
  const unpaid = [...settled].filter((ticker) =>
    [VIEW_YES, VIEW_NO].some((view) => (ledger.position(kalshiOutcome(ticker, view))?.matchedMicros ?? 0) !== 0),
  );
  return [
    ...(desk.openOrders() > 0 ? [`${desk.openOrders()} orders open`] : []),
    ...(desk.unsettledOrders() > 0 ? [`${desk.unsettledOrders()} orders not settled`] : []),
    ...(breaker.inFlight().length > 0 ? ['a request in flight'] : []),
    ...unpaid.map((ticker) => `${ticker} not paid`),
  ];
}

function faultsOf({ polymarket, kalshi, counts, eye, clock }: Field, { deeds, restartNs }: Hand, judged: Judged) {
  const { faults, outcomes, trades, ordersRefused } = polymarket.stats();
  const { stats } = kalshi;
  return {
    ...{ ...faults, ...outcomes, emptyId: ordersRefused },
    ...{ MINED: trades['MINED'] ?? 0, RETRYING: trades['RETRYING'] ?? 0, FAILED: trades['FAILED'] ?? 0 },
    ...{ ...stats.faults, ...stats.outcomes },
    kalshiFokKilled: stats.ordersRefused['fill_or_kill_insufficient_resting_volume'] ?? 0,
    kalshiMarketPaused: stats.ordersRefused['trading_is_paused'] ?? 0,
    ...{ ...deeds, tripsInSync: counts.tripsInSync, rounded: judged.rounded, paid: judged.paid },
    slowAnswers: eye.answerMs.filter((ms) => ms > SLOW_MS).length,
    postOnlySeconds: Math.max(0, Math.round(Math.min(POST_ONLY_NS, clock.nowNs() - restartNs) / 1e9)),
    afterPostOnly: eye.arrivals.filter(({ venue, atNs }) => venue === 'polymarket' && atNs > restartNs + POST_ONLY_NS)
      .length,
  };
}

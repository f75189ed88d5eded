// The clean runs: the matrix's own rig without a fault, over flows in which nothing is wrong. Any book that falls, any
// evidence against one and any broken connection is a false alarm.
import { cleanTape, demoTape } from './clean-tapes.ts';
import { OVERSIZE_BYTES } from './kinds.ts';
import { openPolymarket } from './polymarket.ts';
import type { ProductCounts } from './product-count.ts';
import { realSessions } from './real-sessions.ts';
import { repeated } from './repeated.ts';
import type { Counts, Rig } from './rig.ts';
import type { Tape } from './tapes.ts';
import type { Times } from './times.ts';
import { openVerbatim } from './verbatim.ts';

export interface CleanResult extends Counts {
  readonly name: string;
  readonly markets: number;
  /** Messages of the tape. */
  readonly messages: number;
  readonly decisions: number;
  readonly product: ProductCounts;
  readonly falseAlarms: readonly string[];
  /** As in CaseResult. */
  readonly pauseMs: number;
  readonly attempts: number;
}

type Attempt = Omit<CleanResult, 'attempts' | 'name'>;

const WATCH = { whole: false, ages: [] } as const;
/** A hash that is wrong is judged by the next frame, an answer within its grace. */
const AFTER_MS = 1_500;
/** Below that nothing was examined: of one flow, and of the short sessions together. */
const HASHES_MIN = 100;
const SESSION_HASHES_MIN = 30;
/** Recorded connections at a time. */
const LANES = 6;

export interface CleanPlan {
  readonly name: string;
  /**
   * `venue`: the shipped recording's markets and those of the Kalshi windows, told by the simulated venue. `recording`,
   * `sessions`: the texts of the shipped recording, and of the recorded sessions, word for word.
   */
  readonly flow: 'venue' | 'recording' | 'sessions';
  /** Which passes of the windows, for `venue`. */
  readonly passes: readonly number[];
  readonly speed: number;
  /** Only the first so many seconds of recorded time. */
  readonly seconds?: number;
  /** Where the whole Kalshi tapes are, to be taken in place of the windows. */
  readonly folder?: string | undefined;
}

async function tapesOf({ flow, passes, speed, folder, seconds }: CleanPlan): Promise<Tape[]> {
  if (flow === 'sessions') return realSessions(speed);
  const tape = flow === 'recording' ? demoTape(speed) : cleanTape(passes, speed, folder);
  return [seconds === undefined ? tape : { ...tape, frames: tape.frames.filter(({ atNs }) => atNs <= seconds * 1e9) }];
}

export async function runClean(plan: CleanPlan, times: Times, seed: number): Promise<CleanResult> {
  const waiting = await tapesOf(plan);
  const results: (Attempt & { readonly attempts: number })[] = [];
  const lane = async (): Promise<void> => {
    for (let tape = waiting.shift(); tape !== undefined; tape = waiting.shift()) {
      const own = tape;
      results.push(
        await repeated(
          () => attempt(plan, own, times, seed),
          ({ falseAlarms }) => falseAlarms.length,
        ),
      );
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return together(plan, results);
}

async function attempt({ flow }: CleanPlan, tape: Tape, times: Times, seed: number): Promise<Attempt> {
  const options = { times, seed, watch: WATCH, maxFrameBytes: OVERSIZE_BYTES };
  const rig = flow === 'venue' ? await openPolymarket(tape, () => ({}), options) : await openVerbatim(tape, options);
  try {
    const failure = await rig.tapeEnded;
    await new Promise((resolve) => setTimeout(resolve, AFTER_MS));
    const { decisions, pauseNsMax } = rig.watch;
    const falseAlarms = [...(failure === '' ? [] : [failure]), ...alarmsOf(rig)];
    const found = { decisions: decisions.passed, product: rig.product(), falseAlarms, pauseMs: pauseNsMax / 1e6 };
    return { markets: tape.markets.length, messages: tape.frames.length, ...rig.counts(), ...found };
  } finally {
    await rig.close();
  }
}

function together(
  { name, flow }: CleanPlan,
  results: readonly (Attempt & { readonly attempts: number })[],
): CleanResult {
  const sum = (what: (one: Attempt) => number): number => results.reduce((total, one) => total + what(one), 0);
  const hashesVerified = sum((one) => one.hashesVerified);
  const least = flow === 'sessions' ? SESSION_HASHES_MIN : HASHES_MIN;
  const few = hashesVerified >= least ? [] : [`${hashesVerified} hashes verified, at least ${least} are due`];
  return {
    ...{ name, markets: sum(({ markets }) => markets), messages: sum(({ messages }) => messages), hashesVerified },
    ...{ framesApplied: sum((one) => one.framesApplied), answersAgreed: sum((one) => one.answersAgreed) },
    decisions: sum(({ decisions }) => decisions),
    product: {
      ...{ proven: sum(({ product }) => product.proven), notJudged: sum(({ product }) => product.notJudged) },
      ...{ top: sum(({ product }) => product.top), depth: sum(({ product }) => product.depth) },
    },
    falseAlarms: [...few, ...results.flatMap(({ falseAlarms }) => falseAlarms)],
    pauseMs: Math.max(...results.map(({ pauseMs }) => pauseMs)),
    attempts: Math.max(...results.map(({ attempts }) => attempts)),
  };
}

function alarmsOf(rig: Rig): string[] {
  const { decisions, isWarm, alarms } = rig.watch;
  const { top, depth } = rig.product();
  const against = Object.entries(rig.evidence()).filter(([, count]) => count > 0);
  return [
    ...(isWarm ? [] : ['the books never became tradable']),
    ...alarms,
    ...against.map(([what, count]) => `${what} ${count}`),
    ...(decisions.wrongTop + decisions.wrongDepth === 0 ? [] : [`${JSON.stringify(decisions)}`]),
    ...(top + depth === 0 ? [] : [`by the product's count ${top} decisions on a wrong top, ${depth} on a wrong depth`]),
  ];
}

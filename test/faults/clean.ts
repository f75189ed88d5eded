// The clean run: the matrix's own rig without a fault, over flows in which nothing is wrong. Any book that falls, any
// evidence against one and any broken connection is a false alarm.
import { cleanTape, demoTape } from './clean-tapes.ts';
import { OVERSIZE_BYTES } from './kinds.ts';
import { openPolymarket } from './polymarket.ts';
import { repeated } from './repeated.ts';
import type { Rig } from './rig.ts';
import type { Tape } from './tapes.ts';
import type { Times } from './times.ts';
import { openVerbatim } from './verbatim.ts';

export interface CleanResult {
  readonly name: string;
  readonly markets: number;
  readonly framesApplied: number;
  readonly hashesVerified: number;
  readonly answersAgreed: number;
  readonly decisions: number;
  readonly falseAlarms: readonly string[];
  /** As in CaseResult. */
  readonly pauseMs: number;
  readonly attempts: number;
}

const WATCH = { whole: false, ages: [] } as const;
/** A hash that is wrong is judged by the next frame, an answer within its grace. */
const AFTER_MS = 1_500;
/** Below that nothing was examined. */
const HASHES_MIN = 100;

/** `passes`: of the three windows, 0: the shipped recording's own texts, word for word. */
export interface CleanPlan {
  readonly name: string;
  readonly passes: number;
  readonly speed: number;
  /** Only the first so many seconds of recorded time. */
  readonly seconds?: number;
  readonly folder?: string | undefined;
}

function firstOf(tape: Tape, seconds = Number.POSITIVE_INFINITY): Tape {
  return { ...tape, frames: tape.frames.filter(({ atNs }) => atNs <= seconds * 1e9) };
}

export function runClean(plan: CleanPlan, times: Times, seed: number): Promise<CleanResult> {
  return repeated(
    () => attempt(plan, times, seed),
    ({ falseAlarms }) => falseAlarms.length,
  );
}

async function attempt(plan: CleanPlan, times: Times, seed: number): Promise<Omit<CleanResult, 'attempts'>> {
  const { name, passes, speed, folder, seconds } = plan;
  const isVerbatim = passes === 0;
  const tape = firstOf(isVerbatim ? demoTape(speed) : cleanTape(passes, speed, folder), seconds);
  const options = { times, seed, watch: WATCH, maxFrameBytes: OVERSIZE_BYTES };
  const rig = isVerbatim ? await openVerbatim(tape, options) : await openPolymarket(tape, {}, options);
  try {
    const failure = await rig.tapeEnded;
    await new Promise((resolve) => setTimeout(resolve, AFTER_MS));
    const { decisions, pauseNsMax } = rig.watch;
    const falseAlarms = [...(failure === '' ? [] : [failure]), ...alarmsOf(rig)];
    const found = { decisions: decisions.passed, falseAlarms, pauseMs: pauseNsMax / 1e6 };
    return { name, markets: tape.markets.length, ...rig.counts(), ...found };
  } finally {
    await rig.close();
  }
}

function alarmsOf(rig: Rig): string[] {
  const { decisions, isWarm, alarms } = rig.watch;
  const against = Object.entries(rig.evidence()).filter(([, count]) => count > 0);
  const { hashesVerified } = rig.counts();
  return [
    ...(isWarm ? [] : ['the books never became tradable']),
    ...(hashesVerified >= HASHES_MIN ? [] : [`${hashesVerified} hashes verified, at least ${HASHES_MIN} are due`]),
    ...alarms,
    ...against.map(([what, count]) => `${what} ${count}`),
    ...(decisions.wrongTop + decisions.wrongDepth === 0 ? [] : [`${JSON.stringify(decisions)}`]),
  ];
}

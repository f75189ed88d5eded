// One case of the matrix: a fault of one kind at one drawn point, from warm books over the fault and its evidence to books
// that are right again; answers what was seen and what of it must not be.
import { Random } from '../../engine/core/random.ts';
import { sumOf } from './engine.ts';
import { type Kind, OVERSIZE_BYTES } from './kinds.ts';
import type { ProductCounts } from './product-count.ts';
import { repeated } from './repeated.ts';
import type { Rig } from './rig.ts';
import type { Times } from './times.ts';
import { LAG_NS } from './truth.ts';
import type { Decisions } from './watch.ts';

export interface CaseResult {
  readonly kind: string;
  readonly seed: number;
  readonly point: number;
  readonly fired: number;
  /** `caught`: untradable at its evidence. `healed`: right again by the venue's own next word. `quiet`: nothing fell. */
  readonly outcome: 'caught' | 'healed' | 'quiet' | 'missed';
  readonly by: string;
  /** ms from the fault to the first refusal, and from there to the book that is right again. */
  readonly detectMs: number;
  readonly recoverMs: number;
  readonly decisions: Decisions;
  readonly product: ProductCounts;
  /** No decision between the faulty frame and the refusal. */
  readonly beforeNextDecision: boolean;
  /** The longest time that this machine gave the case no turn, ms. */
  readonly pauseMs: number;
  /** How often it was done. */
  readonly attempts: number;
  /** What must not be; empty: the case passes. */
  readonly faults: readonly string[];
}

const POINT_MIN = 40;
const POINTS = 500;
const CASE_MS_MAX = 30_000;
const LOOK_MS = 10;

/** Frames of the whole engine after which a fault that does nothing has done nothing. */
const QUIET_MS = 600;
/** A fault that healed is watched for so long for what comes after all. */
const HEALED_MS = 300;
/** A frame on its way and the engine's own turn, beyond the ages. */
const SLACK_MS = 60;

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** True when the case has shown what there is to see. */
function isOver(kind: Kind, rig: Rig, times: Times): boolean {
  const { watch, clock } = rig;
  const { fired, untradableNs, recoveredNs, healedNs } = watch;
  if (fired === undefined || sumOf(rig.fired()) < kind.firings) return false;
  const nowNs = clock.nowNs();
  if (kind.class === 'harmless') return nowNs - fired.atNs > (kind.quietMs?.(times) ?? QUIET_MS) * 1e6;
  if (untradableNs > 0) return recoveredNs > 0;
  return kind.class === 'later' && healedNs > 0 && nowNs - healedNs > HEALED_MS * 1e6;
}

function outcomeOf(kind: Kind, { watch }: Rig): CaseResult['outcome'] {
  if (kind.class === 'harmless') return watch.fired !== undefined && watch.untradableNs === 0 ? 'quiet' : 'missed';
  if (watch.untradableNs > 0) return 'caught';
  return kind.class === 'later' && watch.healedNs > 0 ? 'healed' : 'missed';
}

/** What must not be in a case of `kind`. */
function faultsOf(kind: Kind, rig: Rig, result: Omit<CaseResult, 'faults' | 'attempts'>, times: Times): string[] {
  const { watch } = rig;
  const { wrongTop, wrongDepth, oldTopNsMax } = watch.decisions;
  const slackMs = SLACK_MS + watch.pauseNsMax / 1e6;
  const latestMs = kind.limitMs(times) + slackMs;
  const oldestMs = kind.class === 'later' ? latestMs : LAG_NS / 1e6 + slackMs;
  const checks: readonly (readonly [boolean, string])[] = [
    [watch.isWarm, 'the books never became tradable'],
    [result.fired >= kind.firings, `fired ${result.fired} of ${kind.firings} times`],
    [result.outcome !== 'missed', kind.class === 'harmless' ? `a book fell by ${watch.by}` : 'never caught'],
    [result.outcome !== 'caught' || watch.recoveredNs > 0, 'not recovered'],
    [watch.alarms.length === 0, `fell before the fault: ${watch.alarms.join(', ')}`],
    [wrongTop === 0, `${wrongTop} decisions on a wrong top`],
    [kind.class === 'later' || wrongDepth === 0, `${wrongDepth} decisions on a wrong depth`],
    [kind.class === 'later' || result.product.top === 0, `${result.product.top} on a wrong top by the product's count`],
    [watch.provenWrong === 0, `${watch.provenWrong} wrong books proven by hash or answer`],
    [kind.class !== 'frame' || result.beforeNextDecision, 'a decision between the faulty frame and the refusal'],
    [oldTopNsMax <= oldestMs * 1e6, `a top of ${oldTopNsMax / 1e6} ms ago`],
    [result.outcome !== 'caught' || result.detectMs <= latestMs, `caught after ${result.detectMs} ms`],
  ];
  return checks.filter(([holds]) => !holds).map(([, what]) => what);
}

export async function runCase(kind: Kind, seed: number, times: Times, patienceMs = CASE_MS_MAX): Promise<CaseResult> {
  return repeated(
    () => attempt(kind, seed, times, patienceMs),
    ({ faults }) => faults.length,
  );
}

async function attempt(
  kind: Kind,
  seed: number,
  times: Times,
  patienceMs: number,
): Promise<Omit<CaseResult, 'attempts'>> {
  const point = POINT_MIN + Math.floor(new Random(seed).float() * POINTS);
  const watch = { whole: kind.whole, ages: kind.ages };
  const rig = await kind.open(point, { times, seed, watch, maxFrameBytes: OVERSIZE_BYTES >> 1 });
  try {
    const startNs = rig.clock.nowNs();
    while (!isOver(kind, rig, times) && rig.clock.nowNs() - startNs < patienceMs * 1e6) await sleep(LOOK_MS);
    const { watch: seen } = rig;
    const { fired, untradableNs, recoveredNs } = seen;
    const fires = sumOf(rig.fired());
    const result = {
      ...{ kind: kind.name, seed, point, fired: fires, outcome: outcomeOf(kind, rig), by: seen.by || 'state' },
      detectMs: untradableNs > 0 ? (untradableNs - fired!.atNs) / 1e6 : 0,
      recoverMs: recoveredNs > 0 ? (recoveredNs - untradableNs) / 1e6 : 0,
      ...{ pauseMs: seen.pauseNsMax / 1e6 },
      ...{ decisions: { ...seen.decisions }, product: rig.product() },
      beforeNextDecision: untradableNs > 0 && seen.afterFrame === 0,
    };
    const faults = faultsOf(kind, rig, result, times);
    const stood = `no turn for up to ${result.pauseMs.toFixed(0)} ms`;
    return { ...result, faults: faults.length === 0 ? [] : [...faults, ...seen.wrongs, stood, rig.facts()] };
  } finally {
    await rig.close();
  }
}

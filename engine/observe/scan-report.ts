// From what the scanner found to the report, and the judgement over it. Pure.
import { DECAY_MS } from '../execute/lives.ts';
import { formOf, lifeReport } from './lives.ts';
import type {
  ScanCounts,
  ScannedBasketReport,
  ScannedFormReport,
  ScannedRecordingReport,
  ScanReport,
} from './report-schema-scan.ts';
import type { ScannedBasket, ScannedLife, ScannedRecording } from './scan-facts.ts';

type Judged = ScanCounts & Pick<ScanReport, 'failure' | 'recordings'>;

const NOTHING_EXAMINED = 'nothing was examined: no basket had a proven book with a price for each of its legs';

/** The report but for what only the command knows. */
export function scanFacts(recordings: readonly ScannedRecording[]): Judged {
  const counts = countsOf(recordings);
  const damaged = recordings.filter(({ damage }) => damage.length > 0).length;
  const reasons = [
    ...(counts.basketsEvaluated === 0 ? [NOTHING_EXAMINED] : []),
    ...(damaged > 0 ? [`${damaged} recordings damaged or incomplete`] : []),
  ];
  return { ...counts, failure: reasons.join(', '), recordings: recordings.map(recordingReport) };
}

/** True when that is all there is against a scan: a stopped one may not have got so far. */
export function onlyUnexamined(failure: string): boolean {
  return failure === NOTHING_EXAMINED;
}

function countsOf(recordings: readonly ScannedRecording[]): ScanCounts {
  const sum = (of: (recording: ScannedRecording) => number): number =>
    recordings.reduce((total, recording) => total + of(recording), 0);
  return {
    frames: sum(({ frames }) => frames),
    framesRejected: sum(({ framesRejected }) => framesRejected),
    basketsEvaluated: sum(({ baskets }) => baskets.filter(({ evaluated }) => evaluated).length),
    opportunitiesDropped: sum(({ opportunitiesDropped }) => opportunitiesDropped),
    phantoms: sum(({ phantoms }) => phantoms),
    naiveTrades: sum(({ naiveTrades }) => naiveTrades),
    forms: formsOf(recordings),
  };
}

function recordingReport(scanned: ScannedRecording): ScannedRecordingReport {
  const { recording, recordedNs, markets, relationsLeftOut, baskets, lives, damage } = scanned;
  const counts = new Map<number, number>();
  for (const { basketIndex } of lives) counts.set(basketIndex, (counts.get(basketIndex) ?? 0) + 1);
  return {
    ...{ recording, recordedNs, markets, relationsLeftOut, ...countsOf([scanned]) },
    baskets: baskets.map((basket, index) => basketReport(basket, counts.get(index) ?? 0)),
    lives: lives.map((life) => {
      const { standing } = baskets[life.basketIndex]!;
      return { ...lifeReport({ ...life, openNs: life.recvNs }, baskets), standing, tooOld: life.tooOld };
    }),
    damage,
  };
}

function basketReport(basket: ScannedBasket, opportunities: number): ScannedBasketReport {
  const { id, standing, doubt, evaluated, tooOld, feeUnknown, gapE4Max, netE4Max } = basket;
  const gaps = { gapE4Max: gapE4Max ?? null, netE4Max: netE4Max ?? null };
  return { id, form: formOf(id), standing, doubt, evaluated, tooOld, feeUnknown, ...gaps, opportunities };
}

/** Rows by form and standing, in the order in which baskets come. */
function formsOf(recordings: readonly ScannedRecording[]): ScannedFormReport[] {
  const groups = new Map<string, { baskets: ScannedBasket[]; lives: ScannedLife[] }>();
  const keyOf = ({ id, standing }: ScannedBasket): string => `${formOf(id)} ${standing}`;
  for (const { baskets, lives } of recordings) {
    for (const basket of baskets) {
      const group = groups.get(keyOf(basket)) ?? { baskets: [], lives: [] };
      group.baskets.push(basket);
      groups.set(keyOf(basket), group);
    }
    for (const life of lives) groups.get(keyOf(baskets[life.basketIndex]!))!.lives.push(life);
  }
  return [...groups.values()].map(({ baskets, lives }) => formReport(baskets, lives));
}

function formReport(baskets: readonly ScannedBasket[], lives: readonly ScannedLife[]): ScannedFormReport {
  const { id, standing } = baskets[0]!;
  const sum = (of: (life: ScannedLife) => number): number => lives.reduce((total, life) => total + of(life), 0);
  const lasted = lives.map(({ recvNs, endNs }) => endNs - recvNs);
  const yearly = lives.flatMap(({ annualBps }) => (annualBps === null ? [] : [annualBps]));
  const [left5, left25, left100, left350] = DECAY_MS.map((_, place) => leftBpsRoundedDown(lives, place));
  return {
    ...{ form: formOf(id), standing, baskets: baskets.length },
    basketsEvaluated: baskets.filter(({ evaluated }) => evaluated).length,
    basketsTooOld: baskets.filter(({ tooOld }) => tooOld).length,
    basketsFeeUnknown: baskets.filter(({ feeUnknown }) => feeUnknown).length,
    opportunities: lives.length,
    opportunitiesTooOld: lives.filter(({ tooOld }) => tooOld).length,
    flickers: sum(({ flickers }) => flickers),
    grossMicros: sum(({ edgeMicros, feeMicros }) => edgeMicros + feeMicros),
    feeMicros: sum(({ feeMicros }) => feeMicros),
    netMicros: sum(({ edgeMicros }) => edgeMicros),
    netMicrosMax: lives.reduce((most, { edgeMicros }) => Math.max(most, edgeMicros), 0),
    ...{ lifeNsP50: percentile(lasted, 50), lifeNsP90: percentile(lasted, 90), lifeNsMax: percentile(lasted, 100) },
    ...{ leftAfter5MsBps: left5!, leftAfter25MsBps: left25!, leftAfter100MsBps: left100!, leftAfter350MsBps: left350! },
    ...{ locksStated: yearly.length, annualBpsP50: percentile(yearly, 50) },
  };
}

/** Nearest rank; null of nothing. */
function percentile(values: readonly number[], percent: number): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((sorted.length * percent) / 100) - 1)] ?? null;
}

/** Sum of the edges at that time by the sum of the first ones, over the lives of which both are known. */
function leftBpsRoundedDown(lives: readonly ScannedLife[], place: number): number | null {
  let [first, left] = [0, 0];
  for (const { edgeMicros, edgeAfterMicros } of lives) {
    const after = edgeAfterMicros[place] ?? null;
    if (after === null) continue;
    first += edgeMicros;
    left += after;
  }
  return first === 0 ? null : Math.floor((left * 10_000) / first);
}

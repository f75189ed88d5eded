// The scan for people: a table of forms per recording, the gaps of what is only suspected, sums and the judgement. Pure.
import { priceText } from '../core/units.ts';
import type {
  ScannedBasketReport,
  ScannedFormReport,
  ScannedRecordingReport,
  ScanReport,
} from './report-schema-scan.ts';
import { countText, durationText, plainMoneyText, printable } from './text.ts';

const NS_PER_MS = 1e6;
const SUSPECTS_SHOWN_MAX = 20;
const HEAD = [
  ...['form', 'baskets', 'evaluated', 'too old', 'no fee', 'found', 'too old', 'gross', 'fees', 'net', 'largest'],
  ...['life p50', 'p90', 'max', '+5 ms', '+25', '+100', '+350', 'a year'],
];

/** The report, one line per item. */
export function scanLines(report: ScanReport): string[] {
  const end = report.ended === 'failed' ? `FAILED: ${report.failure}` : report.ended;
  const proven = report.forms.filter(({ standing }) => standing === 'proven');
  const found = proven.reduce((sum, { opportunities }) => sum + opportunities, 0);
  const netMicros = proven.reduce((sum, { netMicros: net }) => sum + net, 0);
  return [
    ...report.recordings.flatMap(recordingLines),
    'found are lives of opportunities; money is as detected, for the most profitable size the books allowed; +5 ms … is what was left of it',
    `scan ${end} after ${durationText(report.durationMs)}`,
    ...(report.recordings.length > 1 ? tableLines(report.forms) : []),
    `  proven     ${countText(found)} opportunities, ${plainMoneyText(netMicros)} net of fees; suspect ones are no arbitrage`,
    `  phantoms   ${countText(report.phantoms)} crossed books, none of them an opportunity; a bot with a book per token would have bought YES ` +
      `and NO below 1 ${countText(report.naiveTrades)} times`,
    `  frames     ${countText(report.frames)}, ${countText(report.framesRejected)} refused; ` +
      `${countText(report.opportunitiesDropped)} opportunities dropped`,
  ];
}

function recordingLines(report: ScannedRecordingReport): string[] {
  const { baskets, damage, relationsLeftOut } = report;
  const suspects = baskets.filter(({ standing, evaluated }) => standing === 'suspect' && evaluated);
  return [
    `${printable(report.recording)}: ${countText(report.frames)} frames of ${countText(report.markets)} markets over ` +
      `${durationText(report.recordedNs / NS_PER_MS)}; ${countText(baskets.length)} baskets, ${countText(report.basketsEvaluated)} evaluated`,
    ...tableLines(report.forms),
    ...suspects.slice(0, SUSPECTS_SHOWN_MAX).map(suspectLine),
    ...(suspects.length > SUSPECTS_SHOWN_MAX
      ? [`  … and ${suspects.length - SUSPECTS_SHOWN_MAX} more; --json has all`]
      : []),
    ...(relationsLeftOut > 0
      ? [`  ${countText(relationsLeftOut)} relations name markets that are not known here`]
      : []),
    ...damage.map((text) => `  DAMAGED: ${printable(text)}`),
  ];
}

/** A gap that settlement may explain: shown, and never called arbitrage. */
function suspectLine({ id, doubt, gapE4Max, netE4Max, tooOld, opportunities }: ScannedBasketReport): string {
  const net = netE4Max === null ? 'fee unknown' : `${gapText(netE4Max)} after fees`;
  const old = tooOld ? ', books too old' : '';
  return `  suspect ${printable(id)}: gap ${gapText(gapE4Max ?? 0)}, ${net}${old}; ${countText(opportunities)} found; ${printable(doubt)}`;
}

function tableLines(forms: readonly ScannedFormReport[]): string[] {
  if (forms.length === 0) return [];
  const rows = [HEAD, ...forms.map(formCells)];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map(
    (row) => `  ${row.map((cell, at) => (at === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[at]!))).join('  ')}`,
  );
}

function formCells(form: ScannedFormReport): string[] {
  const { basketsEvaluated, basketsTooOld, basketsFeeUnknown, opportunities, opportunitiesTooOld } = form;
  return [
    form.standing === 'proven' ? form.form : `${form.form} (suspect)`,
    ...[form.baskets, basketsEvaluated, basketsTooOld, basketsFeeUnknown].map(countText),
    ...[opportunities, opportunitiesTooOld].map(countText),
    ...[form.grossMicros, form.feeMicros, form.netMicros, form.netMicrosMax].map(plainMoneyText),
    ...[form.lifeNsP50, form.lifeNsP90, form.lifeNsMax].map(spanText),
    ...[form.leftAfter5MsBps, form.leftAfter25MsBps, form.leftAfter100MsBps, form.leftAfter350MsBps].map(percentText),
    percentText(form.annualBpsP50),
  ];
}

function spanText(ns: number | null): string {
  return ns === null ? '-' : ns < 1e9 ? `${(ns / NS_PER_MS).toFixed(1)} ms` : durationText(ns / NS_PER_MS);
}

function percentText(bps: number | null): string {
  return bps === null ? '-' : `${(bps / 100).toFixed(bps % 100 === 0 ? 0 : 1)} %`;
}

function gapText(gapE4: number): string {
  return `${gapE4 < 0 ? '-' : ''}${priceText(Math.abs(gapE4))}`;
}

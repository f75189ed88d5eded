// The verification for people: a table of markets per recording, faults by name, sums and the judgement. Pure.
import type {
  EvidenceReport,
  VerifiedMarketReport,
  VerifiedRecordingReport,
  VerifyReport,
} from './report-schema-data.ts';
import { countText, durationText, printable } from './text.ts';

const NS_PER_MS = 1e6;
const ID_COLUMNS = 34;
const FAULTS_SHOWN_MAX = 5;
const HEAD = [
  'frames',
  'batches',
  'rest',
  'ws',
  'deltas',
  'tops',
  'mirrors',
  'seq',
  'gaps',
  'silences',
  'synced',
  'tradable',
];

/** The report, one line per item. */
export function verifyLines(report: VerifyReport): string[] {
  const { recordings, deltaFrames, deltaFramesVerified } = report;
  const end = report.ended === 'failed' ? `FAILED: ${report.failure}` : report.ended;
  return [
    ...recordings.flatMap(recordingLines),
    'counts are verified, then +superseded ?unverifiable !mismatched where there are any',
    `verify ${end} after ${durationText(report.durationMs)}`,
    `  hashes     rest ${restText(report)}, ws ${wsText(report)}, deltas ${deltaText(report)}`,
    `  frames     ${countText(report.frames)} in ${countText(report.venueBatches)} venue batches; all hashes held in ` +
      `${countText(deltaFramesVerified)} of ${countText(deltaFrames)} price changes`,
    `  books      tops ${topText(report)}, mirrored levels ${mirrorText(report)}, sequence ${seqText(report)}, ` +
      `${countText(report.engine.framesRejected)} frames refused`,
    `  feed       ${countText(report.gaps)} gaps, ${countText(report.silences)} silences`,
    `  phantoms   ${countText(report.engine.phantoms)} crossed books; a bot with a book per token would have bought YES and NO below 1 ` +
      `${countText(report.naiveTrades)} times`,
    `  REST       ${countText(report.restAgreed)} answers equalled the engine’s book of their moment`,
  ];
}

function recordingLines(report: VerifiedRecordingReport): string[] {
  const { markets, baskets, faults, damage } = report;
  const rows = [['market', ...HEAD], ...markets.map(marketCells)];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return [
    `${printable(report.recording)}: ${countText(report.frames)} frames and ${countText(report.restAnswers)} REST answers of ` +
      `${countText(markets.length)} markets over ${spanText(report.recordedNs)}`,
    ...rows.map(
      (row) =>
        `  ${row.map((cell, at) => (at === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[at]!))).join('  ')}`,
    ),
    ...baskets.map(({ id, tradableNs }) => `  basket ${shortened(id)}: tradable ${spanText(tradableNs)}`),
    ...damage.map((text) => `  DAMAGED: ${printable(text)}`),
    ...faults.slice(0, FAULTS_SHOWN_MAX).map(faultText),
    ...(faults.length > FAULTS_SHOWN_MAX ? [`  … and more faults; --json names the first ${faults.length}`] : []),
  ];
}

function faultText({
  check,
  marketId,
  token,
  venueMs,
  message,
  stated,
}: VerifiedRecordingReport['faults'][number]): string {
  const of = token === '' ? '' : ` token ${shortened(token)}`;
  return `  FAULT ${check} ${printable(marketId)}${of} at record ${message}, venue time ${venueMs}: ${printable(stated)}`;
}

function marketCells(market: VerifiedMarketReport): string[] {
  return [
    shortened(market.title === '' ? market.id : market.title),
    ...[market.frames, market.venueBatches].map(countText),
    ...[restText(market), wsText(market), deltaText(market), topText(market), mirrorText(market), seqText(market)],
    ...[market.gaps, market.silences].map(countText),
    ...[market.syncedNs, market.tradableNs].map(spanText),
  ];
}

function verdictsText(verified: number, superseded: number, unverifiable: number, mismatched: number): string {
  const more = [
    ['+', superseded],
    ['?', unverifiable],
    ['!', mismatched],
  ] as const;
  const shown = more.filter(([, count]) => count > 0).map(([sign, count]) => ` ${sign}${countText(count)}`);
  return `${countText(verified)}${shown.join('')}`;
}

function restText({ restVerified, restMismatched }: EvidenceReport): string {
  return verdictsText(restVerified, 0, 0, restMismatched);
}

function wsText({ wsVerified, wsSuperseded, wsUnverifiable, wsMismatched }: EvidenceReport): string {
  return verdictsText(wsVerified, wsSuperseded, wsUnverifiable, wsMismatched);
}

function deltaText({ deltaVerified, deltaSuperseded, deltaUnverifiable, deltaMismatched }: EvidenceReport): string {
  return verdictsText(deltaVerified, deltaSuperseded, deltaUnverifiable, deltaMismatched);
}

function topText({ topVerified, topSuperseded, topUnverifiable, topMismatched }: EvidenceReport): string {
  return verdictsText(topVerified, topSuperseded, topUnverifiable, topMismatched);
}

function mirrorText({ mirrorVerified, mirrorMismatched }: EvidenceReport): string {
  return verdictsText(mirrorVerified, 0, 0, mirrorMismatched);
}

function seqText({ seqVerified, seqUnverifiable, seqStepBacks }: EvidenceReport): string {
  return verdictsText(seqVerified, 0, seqUnverifiable, seqStepBacks);
}

function spanText(ns: number): string {
  return durationText(ns / NS_PER_MS);
}

function shortened(text: string): string {
  const plain = printable(text);
  return plain.length <= ID_COLUMNS ? plain : `${plain.slice(0, ID_COLUMNS - 8)}…${plain.slice(-7)}`;
}

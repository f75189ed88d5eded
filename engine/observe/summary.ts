// The final summary for people: the report's facts in lines, every number with its unit.
import { breakerText } from './execution-facts.ts';
import { kalshiFeedText } from './kalshi-text.ts';
import type { EngineReport } from './report-schema.ts';
import {
  bytesText,
  countText,
  durationText,
  entriesText,
  nsText,
  plainMoneyText,
  printable,
  rateText,
  signedMoneyText,
} from './text.ts';

const NAME_COLUMNS = 15;

function row(name: string, text: string): string {
  return `  ${name.padEnd(NAME_COLUMNS)} ${text}`;
}

/** The summary, one line per item. */
export function summaryLines(report: EngineReport): string[] {
  return [
    `${report.command} ${endText(report)} after ${durationText(report.durationMs)}`,
    ...pathLines(report),
    ...bookLines(report),
    ...(report.command === 'record' ? [] : tradeLines(report)),
    ...recorderLines(report),
    ...latencyLines(report),
    ...identityLines(report),
  ];
}

function endText(report: EngineReport): string {
  if (report.ended === 'failed') return `FAILED (${report.failure}; exit code ${report.exitCode})`;
  return report.ended === 'stopped' ? 'stopped' : 'done';
}

function pathLines(report: EngineReport): string[] {
  const threads = report.threads.map(
    ({ role, threadId, cpuMicros }) => `${role} on thread ${threadId} (${nsText(cpuMicros * 1_000)} CPU)`,
  );
  const transport =
    report.transportReason === '' ? report.transport : `${report.transport} (${report.transportReason})`;
  const rate = report.durationMs > 0 ? (report.framesReceived * 1_000) / report.durationMs : 0;
  return [
    row('topology', `${report.topology}${threads.length > 0 ? `: ${threads.join(', ')}` : ''}`),
    row('transport', transport),
    row(
      'sockets',
      `${bytesText(report.socketBytesReceived)} received, ${bytesText(report.socketBytesSent)} sent, ` +
        `${countText(report.reconnects)} reconnections`,
    ),
    ...feedLines(report.marketFeed),
    ...kalshiLines(report),
    ...newsLines(report.marketNews),
    row(
      'frames',
      `${countText(report.framesReceived)} received (${bytesText(report.frameBytes)}, ${rateText(rate)}), ` +
        `${countText(report.framesDecoded)} decoded, ${countText(report.framesControl)} control, ` +
        `${countText(report.framesUnknown)} unknown, ${countText(report.framesDropped)} dropped, ` +
        `${countText(report.framesDuplicate)} duplicate, ${countText(report.framesStale)} stale`,
    ),
    row('rejected', `${countText(report.framesRejected)}: ${entriesText(report.rejectedByCause, 'none')}`),
    row('fallbacks', `${countText(report.decoderFallbacks)} frames took the generic decoder`),
  ];
}

function feedLines(feed: EngineReport['marketFeed']): string[] {
  if (feed === null || feed.connections.length === 0) return [];
  const { connections, streaming, polling, down, assets, booksAbsent, degraded, recovered, replaced, rest } = feed;
  const asked =
    rest === undefined
      ? ''
      : `; by REST ${countText(rest.booksPolled)} books, ${countText(rest.assetsCompared)} quiet assets compared, ` +
        `${countText(rest.assetsFrozen)} frozen`;
  return [
    row(
      'market feed',
      `${countText(assets)} assets on ${countText(connections.length)} connections: ${countText(streaming)} stream, ` +
        `${countText(polling)} poll, ${countText(down)} down; ${countText(degraded)} times degraded, ` +
        `${countText(recovered)} recovered, ${countText(replaced)} replaced, ${countText(booksAbsent)} first books absent` +
        asked,
    ),
  ];
}

function kalshiLines({ kalshiFeed, seqGaps, seqStepBacks }: EngineReport): string[] {
  return kalshiFeed === null ? [] : [row('Kalshi feed', kalshiFeedText(kalshiFeed, seqGaps, seqStepBacks))];
}

function newsLines(news: EngineReport['marketNews']): string[] {
  const happened = news !== null && Object.values(news).some((count) => count > 0);
  return happened ? [row('markets', `while it ran: ${entriesText({ ...news }, 'none')}`)] : [];
}

function bookLines(report: EngineReport): string[] {
  return [
    row(
      'levels',
      `${countText(report.levelsApplied)} applied, ${countText(report.levelsMirrored)} mirrored, ` +
        `${countText(report.levelsBeforeSnapshot)} before a snapshot, ${countText(report.levelsBelowZero)} below zero`,
    ),
    row('books', entriesText(report.books, 'none')),
    row(
      'evidence',
      `top ${countText(report.topOk)} equal, ${countText(report.topMismatched)} wrong; ` +
        `mirror ${countText(report.mirrorOk)} equal, ${countText(report.mirrorMismatched)} wrong; ` +
        `sequence ${countText(report.seqGaps)} gaps, ${countText(report.seqStepBacks)} steps back`,
    ),
    ...(report.checksOff.length > 0 ? [row('', `NOT HEEDED, as configured: ${report.checksOff.join(', ')}`)] : []),
    row('verifier', verifierText(report)),
    row(
      'phantoms',
      `${countText(report.phantoms)} crossed books, none of them taken for an opportunity; ` +
        `a bot without states would have bought YES and NO ${countText(report.naiveTrades)} times`,
    ),
  ];
}

function verifierText({ counters }: EngineReport): string {
  const of = (name: string): string => countText(counters[name] ?? 0);
  return (
    `hashes ${of('hashVerified')} equal, ${of('hashMismatched')} wrong, ${of('hashUnverifiable')} not judged; ` +
    `books asked for ${of('probes')}: ${of('probesAgreed')} equal, ${of('probesDiffered')} wrong; ` +
    `${of('silences')} silences, ${of('suspectsSent')} books suspected`
  );
}

function tradeLines(report: EngineReport): string[] {
  const ledger =
    report.venueLedgerEqual === null
      ? report.venueLedgerDifference || 'not compared'
      : report.venueLedgerEqual
        ? 'equal to the venue’s own'
        : `DIFFERS: ${report.venueLedgerDifference}`;
  const { breaker } = report;
  return [
    row(
      'opportunities',
      `${countText(report.opportunities)} told in ${countText(report.livesEnded)} lives and ` +
        `${countText(report.basketsEvaluated)} evaluations, ` +
        `refused: ${entriesText(report.refusedByCause, 'none')}`,
    ),
    row(
      'orders',
      `${countText(report.ordersSent)} sent in ${countText(report.batchesSent)} batches, ` +
        `${countText(report.fills)} fills, ${countText(report.misses)} misses, ` +
        `${countText(report.unknownOutcomes)} with unknown outcome`,
    ),
    row('decisions', decisionsText(report)),
    row('unwinds', unwindText(report)),
    row('exposure', exposureText(report)),
    row('fees', plainMoneyText(report.feesMicros)),
    row(
      'P&L',
      `${signedMoneyText(report.pnlMicros)} = realised ${signedMoneyText(report.realisedMicros)}, ` +
        `locked ${signedMoneyText(report.lockedMicros)}, open ${signedMoneyText(report.openMicros)}; ` +
        `cash ${plainMoneyText(report.cashMicros)}${cashText(report)}${unmarkedText(report)}`,
    ),
    ...dayLines(report),
    row('ledger', ledger),
    row(
      'breaker',
      `${breakerText(breaker)}, ${countText(breaker.trips)} trips: ${breaker.causes.join(', ') || 'none'}`,
    ),
  ];
}

function unwindText({ unwinds, unwindCostMicros, executor, unhedged }: EngineReport): string {
  const ways = {
    completed: executor.unwindsComplete,
    'sold back': executor.unwindsSellBack,
    complement: executor.unwindsComplement,
    hedged: executor.unwindsHedge,
    carried: executor.unwindsCarry,
  };
  const dollarSeconds = Math.round(unhedged.microDollarMs / 1e9);
  return (
    `${countText(unwinds)}, cost ${plainMoneyText(unwindCostMicros)}; ways taken: ${entriesText(ways, 'none')}; unhedged ` +
    `${countText(dollarSeconds)} dollar seconds, at longest ${durationText(unhedged.longestMs)}`
  );
}

function unmarkedText({ unmarked }: EngineReport): string {
  return unmarked === 0 ? '' : `; ${countText(unmarked)} holdings unmarked: nobody bids`;
}

/** A run within one day says it above. */
function dayLines({ pnlByDay }: EngineReport): string[] {
  if (pnlByDay.length < 2) return [];
  return pnlByDay.map(({ day, baskets, realisedMicros, lockedMicros, openMicros }) =>
    row(
      `  ${day}`,
      `realised ${signedMoneyText(realisedMicros)}; its ${countText(baskets)} baskets: ` +
        `locked ${signedMoneyText(lockedMicros)}, open ${signedMoneyText(openMicros)}`,
    ),
  );
}

/** Which venue has how much of it, where there are several. */
function cashText({ moneyByVenue }: EngineReport): string {
  const venues = Object.entries(moneyByVenue);
  if (venues.length < 2) return '';
  return ` (${venues.map(([name, { cashMicros }]) => `${name} ${plainMoneyText(cashMicros)}`).join(', ')})`;
}

function recorderLines({ recorder }: EngineReport): string[] {
  if (recorder === null) return [];
  const { state, reason, folder, framesWritten, framesLost, gaps, framesDiscarded } = recorder;
  return [
    row('recording', `${printable(folder)}: ${state}${reason === '' ? '' : ` (${printable(reason)})`}`),
    row(
      '',
      `${countText(framesWritten)} frames in ${countText(recorder.segments)} segments (${bytesText(recorder.bytesWritten)}), ` +
        `${countText(framesLost)} lost in ${countText(gaps)} gaps, ${countText(framesDiscarded)} discarded; ` +
        `removed: ${countText(recorder.segmentsRemoved)} segments (${countText(recorder.framesRemoved)} frames), ` +
        `${countText(recorder.recordingsRemoved)} earlier recordings`,
    ),
  ];
}

function decisionsText({ decisionsOnWrongBook: { top, depth }, executor }: EngineReport): string {
  return (
    `${countText(executor.decisionsProven)} books proven after a basket was sent on them, ${countText(top)} wrong at the top, ` +
    `${countText(depth)} wrong below it, ${countText(executor.decisionsNotJudged)} not judged; ` +
    `${countText(executor.legsReread)} legs read again, ${countText(executor.legsDiffered)} of another book`
  );
}

function exposureText({ executor, exposures }: EngineReport): string {
  const held = exposures.map(({ marketId, sizeMicros, carried }) => {
    return `${sizeMicros / 1e6} shares of ${printable(marketId)}${carried ? ' (given up)' : ''}`;
  });
  const over = executor.tokensPaid + executor.marketsUnpaid > 0 ? `; ${payoutText(executor)}` : '';
  return `${countText(executor.basketsCarried)} baskets carried; held: ${held.join(', ') || 'none'}${over}`;
}

function payoutText({ tokensPaid, marketsUnpaid }: EngineReport['executor']): string {
  return `of markets that are over ${countText(tokensPaid)} tokens paid, ${countText(marketsUnpaid)} held and not paid`;
}

function latencyLines(report: EngineReport): string[] {
  const stages = Object.entries(report.latencyNsByStage);
  if (stages.length === 0) return [row('latency', 'nothing measured')];
  const columns = ['stage', 'count', 'p50', 'p99', 'p99.9', 'max'];
  const cells = stages.map(([stage, { count, p50, p99, p999, max }]) => [
    stage,
    countText(count),
    nsText(p50),
    nsText(p99),
    nsText(p999),
    nsText(max),
  ]);
  const widths = columns.map((name, column) => Math.max(name.length, ...cells.map((line) => line[column]!.length)));
  return [columns, ...cells].map((line, index) => {
    const text = line.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)));
    return row(index === 0 ? 'latency' : '', text.join('  '));
  });
}

function identityLines(report: EngineReport): string[] {
  const lines = [row('config', report.configHash), row('version', `${report.version}, Node ${report.node}`)];
  if (report.stateHash !== null) lines.push(row('state hash', report.stateHash));
  if (report.booksHash !== null) lines.push(row('books hash', report.booksHash));
  if (report.bookChain !== null) lines.push(row('book chain', report.bookChain));
  return lines;
}

// Judges one run of a campaign by its journal and its report: what was sent when, what became of it, and that it adds up.
// Pure but for the journal's files.
import { Ledger } from '../../engine/ledger/ledger.ts';
import type { JournalRecord } from '../../engine/ledger/records.ts';
import { readJournalFolder } from '../../engine/ledger/segments.ts';
import type { EngineReport } from '../../engine/observe/report-schema.ts';
import { OPEN_MICROS_MAX } from './config.ts';

/** What a run came to. */
export interface Judged {
  readonly baskets: number;
  readonly orders: number;
  readonly fills: number;
  /** Orders that were unknown at some time, and those that still were at the end. */
  readonly unknown: number;
  readonly unknownLeft: number;
  readonly failed: number;
  readonly trips: number;
  readonly openMicrosMax: number;
  readonly problems: readonly string[];
}

/** Reads the journal of a run from its first record to its last. */
export function judge(journalDir: string, report: EngineReport): Judged {
  const records: JournalRecord[] = [];
  const { cutBytes } = readJournalFolder(journalDir, (record) => records.push(record));
  const ledger = new Ledger();
  const problems: string[] = [];
  const [ids, buying] = [new Set<string>(), new Map<number, boolean>()];
  const [unknown, roots] = [new Set<string>(), new Set<number>()];
  let [baskets, orders, fills, failed, trips, openMicrosMax] = [0, 0, 0, 0, 0, 0];
  let isOpen = false;
  for (const record of records) {
    ledger.apply(record);
    openMicrosMax = Math.max(openMicrosMax, ledger.openNotionalMicros);
    if (record.type === 'intent') {
      buying.set(
        record.batchId,
        record.orders.some(({ side }) => side === 'BUY'),
      );
      if (record.batchId === record.rootBatchId) roots.add(record.batchId);
      for (const { orderId } of record.orders) {
        if (ids.has(orderId)) problems.push(`order ${orderId} is intended twice`);
        ids.add(orderId);
      }
    }
    if (record.type === 'breaker') {
      isOpen = record.event === 'trip';
      trips += isOpen ? 1 : 0;
    }
    if (record.type === 'gate' && record.cause === '') {
      if (buying.get(record.batchId) === true && isOpen) {
        problems.push(`batch ${record.batchId} passed while the breaker was open`);
      }
      baskets += roots.has(record.batchId) ? 1 : 0;
    }
    if (record.type === 'final') orders += 1;
    if (record.type === 'fill') fills += 1;
    if (record.type === 'failed') failed += 1;
    if (record.type === 'outcome' && record.state === 'unknown') unknown.add(record.orderId);
  }
  if (cutBytes > 0) problems.push(`the journal has a torn end of ${cutBytes} bytes`);
  if (openMicrosMax > OPEN_MICROS_MAX) problems.push(`${openMicrosMax} were open, allowed ${OPEN_MICROS_MAX}`);
  const finals = new Set(records.flatMap((record) => (record.type === 'final' ? [record.orderId] : [])));
  const unknownLeft = [...unknown].filter((id) => !finals.has(id)).length;
  if (unknownLeft > 0) problems.push(`${unknownLeft} unknown orders were never resolved`);
  if (report.unknownOutcomes !== 0) problems.push(`${report.unknownOutcomes} outcomes are unknown at the end`);
  if (report.venueLedgerEqual !== true) problems.push('the ledgers are not equal');
  return { baskets, orders, fills, unknown: unknown.size, unknownLeft, failed, trips, openMicrosMax, problems };
}

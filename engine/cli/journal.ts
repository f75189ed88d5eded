// `dutchbook journal`: prints the records of a journal's folder, or says whether its chain is whole. Reads only, also while an
// engine writes it.
import { existsSync, statSync } from 'node:fs';
import { EXIT } from '../core/exit-codes.ts';
import { isJournalHeld } from '../ledger/journal-lock.ts';
import type { JournalRecord } from '../ledger/records.ts';
import { JournalError } from '../ledger/recover.ts';
import { type JournalFacts, readJournalFolder, segmentNames } from '../ledger/segments.ts';
import { printable } from '../observe/text.ts';
import { type Context, UsageError, writeJson } from './context.ts';

export interface JournalCliOptions {
  readonly verify?: boolean;
  readonly json?: boolean;
}

/** What a verification came to, for --json. */
export interface JournalReport {
  readonly command: 'journal';
  readonly version: string;
  readonly dir: string;
  readonly exitCode: number;
  /** '' when it is whole. */
  readonly failure: string;
  readonly segments: number;
  readonly records: number;
  readonly recordsByType: Readonly<Record<string, number>>;
  /** Torn off its end, as a crash in the middle of a write leaves it: nothing of it was ever acted on. */
  readonly cutBytes: number;
  /** Last check of the chain, hex. */
  readonly chain: string;
  readonly builds: readonly string[];
  readonly configHashes: readonly string[];
  /** An engine writes it now: its last record may be on its way. */
  readonly isHeld: boolean;
}

/** Runs the command; answers 0 for a whole journal, 1 for a damaged one. Throws UsageError when there is none. */
export function journalCommand(context: Context, dir: string, { verify, json }: JournalCliOptions): number {
  requireJournal(dir);
  const byType: Record<string, number> = {};
  const onRecord = (record: JournalRecord): void => {
    byType[record.type] = (byType[record.type] ?? 0) + 1;
    if (verify !== true) context.out.write(`${json === true ? JSON.stringify(record) : lineOf(record)}\n`);
  };
  let facts: JournalFacts | undefined;
  let failure = '';
  try {
    facts = readJournalFolder(dir, onRecord);
  } catch (error) {
    if (!(error instanceof JournalError)) throw error;
    failure = error.message;
  }
  const report = reportOf(context, dir, facts, byType, failure);
  if (verify === true && json === true) writeJson(context.out, report);
  else (verify === true ? context.out : context.err).write(`${sentenceOf(report)}\n`);
  return report.exitCode;
}

function requireJournal(dir: string): void {
  if (!existsSync(dir)) throw new UsageError(`${dir} does not exist`);
  if (!statSync(dir).isDirectory()) throw new UsageError(`${dir} is a file, allowed the folder of a journal`);
  let names: string[];
  try {
    names = segmentNames(dir);
  } catch {
    // A missing segment is what a verification finds.
    return;
  }
  if (names.length === 0) throw new UsageError(`${dir} holds no journal: there is no 000001.dbj in it`);
}

function reportOf(
  { version }: Context,
  dir: string,
  facts: JournalFacts | undefined,
  recordsByType: Record<string, number>,
  failure: string,
): JournalReport {
  const headers = facts?.segments.map(({ header }) => header) ?? [];
  return {
    ...{ command: 'journal', version, dir, exitCode: failure === '' ? EXIT.ok : EXIT.checkFailed, failure },
    segments: headers.length,
    records: Object.values(recordsByType).reduce((sum, count) => sum + count, 0),
    ...{ recordsByType, cutBytes: facts?.cutBytes ?? 0, chain: facts?.check ?? '' },
    builds: [...new Set(headers.map(({ build }) => build))],
    configHashes: [...new Set(headers.map(({ configHash }) => configHash))],
    isHeld: isJournalHeld(dir),
  };
}

function sentenceOf({ failure, dir, segments, records, chain, cutBytes, isHeld }: JournalReport): string {
  if (failure !== '') return `${dir}: damaged: ${failure}; ${records} records before it are whole`;
  const torn = isHeld ? 'on their way' : 'torn off its end by a crash, which were never acted on';
  const cut = cutBytes === 0 ? '' : `; ${cutBytes} bytes ${torn}`;
  const held = isHeld ? '; an engine writes it now' : '';
  return `${dir}: whole: ${records} records in ${segments} segments, chain ${chain}${cut}${held}`;
}

/** Its time, its type, and the rest as JSON. */
function lineOf(record: JournalRecord): string {
  const { type, ...rest } = record;
  const atNs = 'atNs' in rest ? rest.atNs : 0;
  const fields = Object.entries(rest).filter(([name]) => name !== 'atNs');
  return printable(
    `${(atNs / 1e9).toFixed(6).padStart(14)} s  ${type.padEnd(9)} ${JSON.stringify(Object.fromEntries(fields))}`,
  );
}

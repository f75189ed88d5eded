// Compares our ledger with the venue's own, to the unit. Pure.
import type { Ledger } from '../../ledger/ledger.ts';
import type { LedgerReport } from './accounts.ts';

/** What differs, '' when nothing does. */
export function ledgerDifference(ledger: Ledger, report: LedgerReport, funder: string): string {
  const account = report.accounts.find((one) => one.funder.toLowerCase() === funder.toLowerCase());
  if (account === undefined) return 'the venue has no account of ours';
  const differences: string[] = [];
  const compare = (name: string, ours: number, theirs: number): void => {
    if (ours !== theirs) differences.push(`${name}: ours ${ours}, the venue's ${theirs}`);
  };
  compare('cashMicros', ledger.cashMicros, account.cashMicros);
  compare('feesMicros', ledger.feesMicros, account.feesMicros);
  const ours = new Map(ledger.toPositions().map(([token, { matchedMicros }]) => [token, matchedMicros]));
  for (const token of new Set([...ours.keys(), ...Object.keys(account.positions)])) {
    compare(`position ${token.slice(0, 12)}…`, ours.get(token) ?? 0, account.positions[token] ?? 0);
  }
  return differences.join('; ');
}

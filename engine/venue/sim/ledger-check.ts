// Compares our ledger with the venues' own, to the unit. Pure.
import type { Ledger } from '../../ledger/ledger.ts';
import type { VenueName } from '../contract.ts';
import type { LedgerReport } from './accounts.ts';

/** What differs at any of the venues, '' when nothing does. `account`: what that venue's books call ours. */
export function ledgerDifferences(
  ledger: Ledger,
  reports: readonly { readonly venue: VenueName; readonly account: string; readonly ledger: LedgerReport }[],
): string {
  const differences = reports.flatMap((report) => {
    const difference = ledgerDifference(ledger, report.venue, report.ledger, report.account);
    return difference === '' ? [] : [`${report.venue}: ${difference}`];
  });
  return differences.join('; ');
}

function ledgerDifference(ledger: Ledger, venue: VenueName, report: LedgerReport, funder: string): string {
  const account = report.accounts.find((one) => one.funder.toLowerCase() === funder.toLowerCase());
  if (account === undefined) return 'the venue has no account of ours';
  const differences: string[] = [];
  const compare = (name: string, ours: number, theirs: number): void => {
    if (ours !== theirs) differences.push(`${name}: ours ${ours}, the venue's ${theirs}`);
  };
  const { cashMicros, feesMicros } = ledger.venue(venue);
  compare('cashMicros', cashMicros, account.cashMicros);
  compare('feesMicros', feesMicros, account.feesMicros);
  const held = ledger.toPositions().filter(([token]) => ledger.venueOfToken(token) === venue);
  const ours = new Map(held.map(([token, { matchedMicros }]) => [token, matchedMicros]));
  for (const token of new Set([...ours.keys(), ...Object.keys(account.positions)])) {
    compare(`position ${token.slice(0, 12)}…`, ours.get(token) ?? 0, account.positions[token] ?? 0);
  }
  return differences.join('; ');
}

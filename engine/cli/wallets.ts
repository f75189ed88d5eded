// `dutchbook wallets`: tells each trade of the watched wallets as it comes, and where the feed stands. Main thread.
import { loadConfig } from '../config/load.ts';
import { loadSecrets } from '../config/secrets.ts';
import { EXIT } from '../core/exit-codes.ts';
import { moneyText } from '../core/units.ts';
import type { WalletCounts, WatchWallets } from '../observe/driver.ts';
import { REPORT_SCHEMA } from '../observe/report-schema.ts';
import type { WalletAlertReport, WalletsReport, WalletTradeReport } from '../observe/report-schema-data.ts';
import { printable } from '../observe/text.ts';
import type { WalletAlert, WalletSignal } from '../signal/wallet-feed.ts';
import { type Context, writeJson } from './context.ts';

export interface WalletsOptions {
  readonly config?: string;
  /** Stop by itself after this many seconds. */
  readonly seconds?: number;
  readonly json?: boolean;
}

const HEAD = { schema: REPORT_SCHEMA, command: 'wallets' } as const;

/** Runs the command; answers the exit code. */
export async function walletsCommand(context: Context, options: WalletsOptions, watch: WatchWallets): Promise<number> {
  const { config } = loadConfig({ file: options.config, environment: context.environment });
  const secrets = loadSecrets(config, context.environment);
  const { json = false, seconds } = options;
  const stop =
    seconds === undefined ? context.stop : AbortSignal.any([context.stop, AbortSignal.timeout(seconds * 1_000)]);
  const line = (text: string): void => context.out.write(`${printable(text)}\n`);
  const counts = await watch({
    ...{ config, secrets, stop },
    onSignal: (signal) => (json ? writeJson(context.out, tradeReport(signal)) : line(tradeText(signal))),
    onAlert: (alert) => (json ? writeJson(context.out, alertReport(alert)) : line(alertText(alert))),
  });
  const report: WalletsReport = { ...HEAD, event: 'end', version: context.version, ...counts };
  if (json) writeJson(context.out, report);
  else line(endText(counts));
  // Nobody asked it to stop: every connection is given up.
  return stop.aborted ? EXIT.ok : EXIT.unreachable;
}

function tradeReport({ trade, label, source }: WalletSignal): WalletTradeReport {
  const { wallet, side, sizeMicros, priceE4, outcome, marketSlug, conditionId, tokenId, txHash, venueS } = trade;
  return {
    ...{ ...HEAD, event: 'trade', wallet, label, side, sizeMicros, priceE4, outcome, market: marketSlug },
    ...{ conditionId, tokenId, txHash, venueS, source },
  };
}

function tradeText({ trade, label, source }: WalletSignal): string {
  const { side, sizeMicros, priceE4, outcome, marketSlug, venueS } = trade;
  const at = new Date(venueS * 1_000).toISOString().slice(0, 19);
  return `${at}Z  ${label}  ${side} ${moneyText(sizeMicros)} ${outcome} at ${(priceE4 / 1e4).toFixed(4)}  ${marketSlug}  (${source})`;
}

function alertReport({ connection, mode, failures, hasEnded, because }: WalletAlert): WalletAlertReport {
  return { ...HEAD, event: 'alert', connection, mode, failures, ended: hasEnded, because };
}

function alertText({ connection, mode, failures, hasEnded, because }: WalletAlert): string {
  const state = hasEnded ? 'given up' : mode;
  return `connection ${connection}: ${state} after ${failures} failures${because === '' ? '' : `, the last: ${because}`}`;
}

function endText(counts: WalletCounts): string {
  const { streamed, polled, duplicates, opens, connections, mode, missedByStream, signalsLost } = counts;
  const told = `${streamed + polled} trades told, ${streamed} streamed and ${polled} polled, ${duplicates} came again`;
  const faults = `${missedByStream} missed by the stream, ${signalsLost} lost`;
  return `${told}; ${faults}; ${connections} connections opened ${opens} times, at the end: ${mode}`;
}

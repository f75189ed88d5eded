// A Kalshi tape as a tape of Polymarket messages: one pass for the finest price, one to re-encode. Cold path.
import { priceE4FromText } from '../core/units.ts';
import { derivedMeta } from './derived-market.ts';
import { kalshiTape, type TapeMessage, type TapeOptions } from './import-formats.ts';
import { coarsestTickE4, REENCODED_LABEL, Reencoder } from './reencode.ts';
import { RECORD_TEXT } from './segment.ts';
import type { TapeCensus } from './tape-census.ts';

/** Yields the re-encoded messages of `path` and tells `census` the markets made. */
export async function* reencodedTape(
  path: string,
  options: TapeOptions,
  census: TapeCensus,
): AsyncGenerator<TapeMessage> {
  const reencoder = new Reencoder(await tapeTickE4(path, options));
  for await (const message of kalshiTape(path, options)) {
    if (message.flags !== RECORD_TEXT) continue;
    try {
      yield* reencoder.take(message);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      options.onReject(message.line, error.message);
    }
  }
  yield* reencoder.flush();
  census.ignored = reencoder.ignored;
  for (const [ticker, { identity }] of reencoder.markets) {
    census.add(derivedMeta(identity, `${ticker} (${REENCODED_LABEL})`));
  }
}

/** Tick of the tape: the coarsest of Polymarket's that holds every price in it. Reports half of the progress. */
async function tapeTickE4(path: string, options: TapeOptions): Promise<number> {
  const prices = new Set<number>();
  const quiet: TapeOptions = { ...options, onReject: () => {}, onSkip: () => {} };
  for await (const { value } of kalshiTape(path, quiet)) {
    const { msg } = value as { readonly msg?: Readonly<Record<string, unknown>> };
    const levels = [msg?.['yes_dollars_fp'], msg?.['no_dollars_fp']].filter(Array.isArray).flat();
    const texts = [msg?.['price_dollars'], ...levels.map((level: unknown) => (Array.isArray(level) ? level[0] : ''))];
    for (const text of texts) {
      const priceE4 = typeof text === 'string' ? priceE4FromText(text) : undefined;
      if (priceE4 !== undefined) prices.add(priceE4);
    }
  }
  return coarsestTickE4(prices);
}

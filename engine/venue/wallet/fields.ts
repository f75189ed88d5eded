// Checks the fields of a told trade, which come from outside: a trade is whole or it is none.
import { isJsonObject, type JsonObject, type JsonValue, member } from '../json.ts';
import type { WalletTrade } from './contract.ts';

const WALLET = /^0x[0-9a-f]{40}$/;
const HASH = /^0x[0-9a-f]{64}$/;
const TOKEN = /^\d{1,78}$/;
/** 10^9 shares. */
const SIZE_MICROS_MAX = 1e15;
/** The last second that a date of four-digit years has: milliseconds in the place of seconds are no time. */
const VENUE_S_MAX = 253_402_300_799;
const TEXT_CHARS_MAX = 300;

/** What each source calls the fields. */
export interface FieldNames {
  readonly wallet: string;
  readonly tokenId: string;
  readonly conditionId: string;
  readonly shares: string;
  readonly txHash: string;
  readonly marketSlug: string;
  readonly outcome: string;
}

/** The trade of `value`, or undefined when a field is missing or out of range. */
export function tradeOf(value: JsonValue | undefined, names: FieldNames): WalletTrade | undefined {
  if (!isJsonObject(value)) return undefined;
  const wallet = text(value, names.wallet).toLowerCase();
  const txHash = text(value, names.txHash).toLowerCase();
  const conditionId = text(value, names.conditionId).toLowerCase();
  const tokenId = text(value, names.tokenId);
  const side = text(value, 'side');
  const sizeMicros = Math.round(number(value, names.shares) * 1e6);
  const priceE4 = Math.round(number(value, 'price') * 1e4);
  const venueS = number(value, 'timestamp');
  if (side !== 'BUY' && side !== 'SELL') return undefined;
  if (!WALLET.test(wallet) || !HASH.test(txHash) || !HASH.test(conditionId) || !TOKEN.test(tokenId)) return undefined;
  if (!(sizeMicros > 0 && sizeMicros <= SIZE_MICROS_MAX) || !(priceE4 >= 0 && priceE4 <= 10_000)) return undefined;
  if (!Number.isInteger(venueS) || venueS <= 0 || venueS > VENUE_S_MAX) return undefined;
  const [marketSlug, outcome] = [short(text(value, names.marketSlug)), short(text(value, names.outcome))];
  return { wallet, tokenId, conditionId, side, sizeMicros, priceE4, venueS, txHash, marketSlug, outcome };
}

function text(object: JsonObject, key: string): string {
  const value = member(object, key);
  return typeof value === 'string' ? value : '';
}

function number(object: JsonObject, key: string): number {
  const value = member(object, key);
  return typeof value === 'number' ? value : Number.NaN;
}

function short(words: string): string {
  return words.slice(0, TEXT_CHARS_MAX);
}

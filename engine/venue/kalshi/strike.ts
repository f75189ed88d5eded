// The strike of a Kalshi market, for ladders: its type, its number, and what has to be equal besides. Pure; cold path.
import { type JsonObject, member } from '../json.ts';
import { rulesKey, type Step } from '../proposals.ts';

const STRIKES: Readonly<Record<string, { readonly side: Step['side']; readonly field: string }>> = {
  greater: { side: 'above', field: 'floor_strike' },
  greater_or_equal: { side: 'above', field: 'floor_strike' },
  less: { side: 'below', field: 'cap_strike' },
  less_or_equal: { side: 'below', field: 'cap_strike' },
};

/** The strike of a market that asks whether a number lies beyond it; undefined for every other question. */
export function strikeOf(value: JsonObject, closeMs: number): Step | undefined {
  const type = member(value, 'strike_type');
  const strike = typeof type === 'string' && Object.hasOwn(STRIKES, type) ? STRIKES[type] : undefined;
  const threshold = strike === undefined ? undefined : member(value, strike.field);
  if (strike === undefined || typeof threshold !== 'number' || !Number.isFinite(threshold)) return undefined;
  const words = ['rules_primary', 'rules_secondary'].map((key) => String(member(value, key) ?? ''));
  // Rules that nobody states cannot be compared.
  if (words[0] === '') return undefined;
  const question = [String(member(value, 'event_ticker')), type, closeMs, rulesKey(words.join('\n'))].join(' ');
  return { side: strike.side, threshold, question };
}

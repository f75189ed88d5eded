// The threshold in a question of Gamma's, for ladders: its side, its number, and what has to be equal besides. Pure; cold path.
import { rulesKey, type Step } from '../proposals.ts';

/** `above $1.5k`: a side, a number, a unit. Questions whether a price is ever reached are none of these. */
const THRESHOLD =
  /\b(above|over|at least|more than|greater than|below|under|at most|less than)\s+\$?(\d[\d,]*(?:\.\d+)?)(?:\s?(k|m|b|thousand|million|billion|trillion)\b)?/gi;
const ABOVE = /^(above|over|at least|more than|greater than)$/i;
const UNITS: Readonly<Record<string, number>> = {
  ...{ k: 1e3, thousand: 1e3, m: 1e6, million: 1e6, b: 1e9, billion: 1e9, trillion: 1e12 },
};

/** The threshold that a question asks for; undefined when it has none or several, or no rules to compare. */
export function thresholdOf(question: string, rules: string, source: string, endMs: number): Step | undefined {
  const found = [...question.matchAll(THRESHOLD)];
  const [match] = found;
  if (match === undefined || found.length > 1 || rules === '') return undefined;
  const [text, side = '', number = '', unit = ''] = match;
  const threshold = Number(number.replaceAll(',', '')) * (UNITS[unit.toLowerCase()] ?? 1);
  // The side's words stay: "at least" and "above" differ by the threshold itself.
  const rest = question.replace(text, `${side.toLowerCase()} #`);
  return {
    side: ABOVE.test(side) ? 'above' : 'below',
    threshold,
    question: [rest, source, endMs, rulesKey(rules)].join('\n'),
  };
}

// How a market may end besides YES and NO, by the words of its rules. Words that no pattern knows say nothing: such an end is
// declared in the config. Pure; cold path.
import type { AbnormalEnd } from './contract.ts';

/** `resolve 50-50`, `50/50`, `split equally`. */
const SPLIT = /\b50\s?[-/\u2013]\s?50\b|\bsplit (?:equally|evenly)\b/i;
const REFUND = /\brefund(?:ed)?\b|\breturned at cost\b|\bmarkets? (?:will be|is|are) voided\b/i;
const FAIR_PRICE = /\bfair (?:market )?(?:price|value)\b|\blast (?:traded|fair) price\b/i;

/** Ends that `rules` speak of; undefined when they speak of none. */
export function endsOfRules(rules: string): AbnormalEnd[] | undefined {
  const ends: AbnormalEnd[] = [];
  if (SPLIT.test(rules)) ends.push('split');
  if (REFUND.test(rules)) ends.push('refund');
  if (FAIR_PRICE.test(rules)) ends.push('fairPrice');
  return ends.length === 0 ? undefined : ends;
}

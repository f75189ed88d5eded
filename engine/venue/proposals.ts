// Relations that discovery infers from what venues say of their markets. They are shown with the reason and never traded
// by themselves: who believes one copies it into the config. Pure; cold path.
import { LEGS_MAX } from '../../wasm/layout.ts';
import { blake3Hex } from '../core/digest.ts';
import type { Relation } from './contract.ts';

export interface Proposal {
  readonly relation: Relation;
  /** Why it should hold, and what was not looked at. */
  readonly reason: string;
}

/** One market of a question that is asked for several thresholds. */
export interface Step {
  readonly side: 'above' | 'below';
  readonly threshold: number;
  /** What has to be equal besides: question, rules, event, times; without the threshold. */
  readonly question: string;
}

/** A step and whose it is. */
export interface MarketStep extends Step {
  readonly marketId: string;
}

const NUMBERS = /\d[\d.,:]*/g;

/** Rules without their numbers, as a short text to compare. */
export function rulesKey(rules: string): string {
  return blake3Hex(rules.replaceAll(NUMBERS, '#'));
}

/** A ladder for every question with several thresholds, the strictest first. Of equal thresholds the first counts. */
export function proposeLadders(steps: readonly MarketStep[], reason: (count: number) => string): Proposal[] {
  const questions = new Map<string, MarketStep[]>();
  for (const step of steps) {
    const key = `${step.side} ${step.question}`;
    const known = questions.get(key) ?? [];
    if (known.every(({ threshold }) => threshold !== step.threshold)) questions.set(key, [...known, step]);
  }
  return [...questions.values()].flatMap((own): Proposal[] => {
    if (own.length < 2 || own.length > LEGS_MAX) return [];
    const direction = own[0]!.side === 'above' ? -1 : 1;
    const markets = own.sort((a, b) => direction * (a.threshold - b.threshold)).map(({ marketId }) => marketId);
    return [{ relation: { kind: 'ladder', markets }, reason: reason(own.length) }];
  });
}

/** At most one of the markets of each event, for events of two markets or more. */
export function proposeAtMostOne(
  events: ReadonlyMap<string, readonly string[]>,
  reason: (event: string) => string,
): Proposal[] {
  return [...events].flatMap(([event, markets]): Proposal[] =>
    markets.length < 2 || markets.length > LEGS_MAX
      ? []
      : [{ relation: { kind: 'atMostOne', markets }, reason: reason(event) }],
  );
}

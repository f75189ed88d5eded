// Which faults of a script fire on which request, and the proof that they fired. Without a chance in its rules a test knows
// what comes; with one it is the seed that knows.
import type { Random } from '../../core/random.ts';

/** A fault of a script; what it does is its kind's affair. */
export interface ScriptedFault<Kind extends string> {
  readonly kind: Kind;
  /** First request it fires on, from 1. */
  readonly firstRequest: number;
  /** Then every so many requests. Default 1. */
  readonly every?: number;
  /** How often at most. Default 1. */
  readonly count?: number;
  /** Of the requests on which it would fire it does on this share. Absent: on all. */
  readonly chance?: number;
  /** Requests on which this is not so are passed over. Absent: it always is. */
  readonly when?: () => boolean;
}

export class FaultScript<Rule extends ScriptedFault<string>> {
  readonly #rules: readonly Rule[];
  readonly #fired: number[];
  readonly #counts: Record<string, number>;
  readonly #random: Random | undefined;

  /** `counts` gets, by kind, how often one fired. `random`: for rules with a chance. */
  constructor(rules: readonly Rule[], counts: Record<string, number>, random?: Random) {
    this.#rules = rules;
    this.#random = random;
    this.#fired = rules.map(() => 0);
    this.#counts = counts;
  }

  /** The rules that fire on request number `request`, counted from 1. */
  firing(request: number): Rule[] {
    return this.#rules.filter((rule, index) => {
      const since = request - rule.firstRequest;
      const isLeft = this.#fired[index]! < (rule.count ?? 1);
      // Drawn first: what else keeps a rule from firing must not shift the draws that come after.
      const { chance = 1 } = rule;
      const isDrawn = chance === 1 || (this.#random?.chance(chance) ?? false);
      const fires = isDrawn && isLeft && since >= 0 && since % (rule.every ?? 1) === 0 && (rule.when?.() ?? true);
      if (fires) {
        this.#fired[index]! += 1;
        this.#counts[rule.kind] = (this.#counts[rule.kind] ?? 0) + 1;
      }
      return fires;
    });
  }
}

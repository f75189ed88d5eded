// A mutant: one small change of one source file, as text edits, with a name that survives edits elsewhere in the file.

/** What kind of slip a mutant is. */
export type Operator =
  | 'literal' // a number one off
  | 'bound' // < for <=
  | 'comparison' // the opposite comparison
  | 'arithmetic' // + for -
  | 'bits' // & for |, << for >>
  | 'logic' // && for ||, a negation dropped, a truth value turned
  | 'swap' // operands, arguments or branches exchanged
  | 'constant' // a neighbouring layout constant, or a module's constant one off
  | 'condition' // a condition that always or never holds
  | 'removal'; // a statement left out

/**
 * The source range [wrapFrom, wrapTo) becomes "this mutant ? mutated : original"; mutated is that range with [from, to)
 * replaced by `text`. Offsets are characters of the unchanged file.
 */
export interface Edit {
  readonly file: string;
  readonly wrapFrom: number;
  readonly wrapTo: number;
  /** True when the range is a whole statement, chosen by `if` and not by `?:`. */
  readonly statement: boolean;
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** Text put into a file for this mutant alone: a constant's other value, an import of it. */
export interface Insertion {
  readonly file: string;
  readonly at: number;
  readonly text: string;
}

export interface Mutant {
  /** `file › function › before → after`, with a number behind it when that is not unique. */
  readonly key: string;
  readonly file: string;
  readonly line: number;
  readonly operator: Operator;
  readonly before: string;
  readonly after: string;
  readonly edits: readonly Edit[];
  readonly insertions: readonly Insertion[];
}

// Writes one copy of the sources that holds every chosen mutant, each behind its number: one compilation serves all.
import type { Edit, Mutant } from './mutant.ts';
import { LAYOUT_ALIAS } from './sites.ts';

/** Module of the copy that says which mutant is alive, and the value that stands for it in the built module. */
export const SWITCH_FILE = 'switch-of-mutants.ts';
export const SENTINEL = 0x5eed1234;

/** The switch: `isMutant(n)` is true when mutant n is alive. The host sets it by patching the sentinel in the module. */
export const SWITCH_SOURCE = `export let mutantAlive: i32 = ${SENTINEL};
// @ts-ignore: decorator
@inline
export function isMutant(id: i32): bool { return mutantAlive === id; }
`;

/** The same switch that keeps every mutant dead and notes, in the unused bytes below the layout, which were asked for. */
export const COVERAGE_SOURCE = `export let mutantAlive: i32 = ${SENTINEL};
export function isMutant(id: i32): bool {
  const at = <usize>(id >> 3);
  store<u8>(at, <u8>(<u32>load<u8>(at) | ((<u32>1) << (<u32>id & 7))));
  return mutantAlive === id;
}
`;
/** Bytes below wasm/layout.ts's FIXED_AT that coverage may use: one bit per mutant. */
export const COVERAGE_BYTES = 1024;

/** A mutant with the number it has in the copy. */
export interface Numbered {
  readonly id: number;
  readonly mutant: Mutant;
}

/** Where in a written file the text of a mutant lies, to find the one a compiler error speaks of. */
export interface Span {
  readonly id: number;
  readonly from: number;
  readonly to: number;
}

interface Choice {
  readonly id: number;
  readonly edit: Edit;
}

interface Group {
  readonly from: number;
  readonly to: number;
  readonly statement: boolean;
  readonly choices: Choice[];
  readonly inner: Group[];
}

/** The mutated copy of one file, and the spans of its mutants. */
export function mutatedFile(
  file: string,
  text: string,
  numbered: readonly Numbered[],
): { text: string; spans: Span[] } {
  const writer = new Writer(text);
  const choices = numbered.flatMap(({ id, mutant }) =>
    mutant.edits.filter((edit) => edit.file === file).map((edit) => ({ id, edit })),
  );
  const insertions = numbered
    .flatMap(({ id, mutant }) => mutant.insertions.map((insertion) => ({ id, ...insertion })))
    .filter((insertion) => insertion.file === file);
  writer.put(`import { isMutant } from './${SWITCH_FILE.slice(0, -3)}';\n`);
  writer.put(`import * as ${LAYOUT_ALIAS} from './layout';\n`);
  for (const { id, at, text: line } of insertions) if (at === 0) writer.marked(id, line);
  const late = insertions.filter(({ at }) => at !== 0).sort((a, b) => a.at - b.at);
  let at = 0;
  const groups = nested(choices);
  for (const { id, at: place, text: line } of late) {
    writer.range(at, place, groups);
    writer.marked(id, line);
    at = place;
  }
  writer.range(at, text.length, groups);
  return { text: writer.text, spans: writer.spans };
}

/** Choices by the range they wrap, the smaller ranges within the larger. */
function nested(choices: readonly Choice[]): Group[] {
  const groups = new Map<string, Group>();
  for (const choice of choices) {
    const { wrapFrom: from, wrapTo: to, statement } = choice.edit;
    const name = `${from}:${to}`;
    const group = groups.get(name) ?? { from, to, statement, choices: [], inner: [] };
    group.choices.push(choice);
    groups.set(name, group);
  }
  const roots: Group[] = [];
  const open: Group[] = [];
  for (const group of [...groups.values()].sort((a, b) => a.from - b.from || b.to - a.to)) {
    while (open.length > 0 && open.at(-1)!.to <= group.from) open.pop();
    (open.at(-1)?.inner ?? roots).push(group);
    open.push(group);
  }
  return roots;
}

class Writer {
  text = '';
  readonly spans: Span[] = [];
  readonly #source: string;

  constructor(source: string) {
    this.#source = source;
  }

  put(text: string): void {
    this.text += text;
  }

  /** Text that belongs to mutant `id`. */
  marked(id: number, text: string): void {
    const from = this.text.length;
    this.put(text);
    this.spans.push({ id, from, to: this.text.length });
  }

  /** The source from `from` to `to`, with the groups that lie in it. */
  range(from: number, to: number, groups: readonly Group[]): void {
    let at = from;
    for (const group of groups) {
      if (group.from < from || group.to > to) continue;
      this.put(this.#source.slice(at, group.from));
      if (group.statement) this.#statement(group);
      else this.#expression(group);
      at = group.to;
    }
    this.put(this.#source.slice(at, to));
  }

  #mutated({ id, edit }: Choice): void {
    const { wrapFrom, wrapTo, from, to, text } = edit;
    this.marked(id, this.#source.slice(wrapFrom, from) + text + this.#source.slice(to, wrapTo));
  }

  #expression(group: Group): void {
    this.put('(');
    for (const choice of group.choices) {
      this.put(`isMutant(${choice.id}) ? (`);
      this.#mutated(choice);
      this.put(') : ');
    }
    this.put('(');
    this.range(group.from, group.to, group.inner);
    this.put('))');
  }

  #statement(group: Group): void {
    this.put('{ ');
    for (const choice of group.choices) {
      this.put(`if (isMutant(${choice.id})) { `);
      this.#mutated(choice);
      this.put(' } else ');
    }
    this.put('{ ');
    this.range(group.from, group.to, group.inner);
    this.put(' } }');
  }
}

// What the layout's constants say about mutants: which stands in for which, and which are 0, so that to add one is to
// subtract it.
import ts from 'typescript';

/** By name, the constant that a slip of the finger would take instead; values by the compiler, not by hand. */
export function layoutNeighbours(text: string): Map<string, string> {
  const values = valuesOf(text);
  const names = [...values.keys()];
  const neighbours = new Map<string, string>();
  for (const [place, name] of names.entries()) {
    const family = name.slice(0, name.indexOf('_'));
    const differs = (other: string | undefined): boolean =>
      other?.startsWith(`${family}_`) === true && values.get(other) !== values.get(name);
    const other = [names[place + 1], names[place - 1], names[place + 2]].find(differs);
    if (other !== undefined) neighbours.set(name, other);
  }
  return neighbours;
}

/** Names of the constants that are 0. */
export function layoutZeros(text: string): Set<string> {
  return new Set([...valuesOf(text)].filter(([, value]) => value === 0).map(([name]) => name));
}

/** The layout is `export const NAME = integer expression` throughout, so running it is reading it. */
function valuesOf(text: string): Map<string, number> {
  const script = ts.transpileModule(text, { compilerOptions: { module: ts.ModuleKind.CommonJS } }).outputText;
  const exports: Record<string, number> = {};
  new Function('exports', script)(exports);
  return new Map(Object.entries(exports).filter(([, value]) => typeof value === 'number'));
}

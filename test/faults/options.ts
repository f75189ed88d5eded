// The command line of the fault matrix.
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { missingTapes } from './clean-tapes.ts';

export interface Options {
  readonly points: number;
  readonly seed: number;
  readonly lanes: number;
  /** Processes that share the cases. */
  readonly processes: number;
  /** Names of kinds; undefined: all. */
  readonly kinds: readonly string[] | undefined;
  /** Run the clean run too. */
  readonly clean: boolean;
  /** Folder with the whole Kalshi tapes for the clean run; undefined: the windows of them that are here. */
  readonly tapes: string | undefined;
  /** Write RESULTS.md. */
  readonly write: boolean;
}

export const USAGE = `npm run faults [-- options]
  --points N     points of each kind (default 100)
  --kind A,B     only these kinds; no clean run unless --kind names it (clean)
  --seed S       other points
  --lanes N      cases at the same time (default 28), over all processes
  --processes N  processes that share the cases and the clean runs (default: one a core)
  --tapes DIR    the clean run over the whole Kalshi tapes in that folder (kalshi-gold15m)
  --write        write test/faults/RESULTS.md`;

/** Throws an Error that says what is wrong; `known`: the names of the kinds. */
export function optionsOf(argv: readonly string[], known: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      points: { type: 'string', default: '100' },
      seed: { type: 'string', default: '20261128' },
      lanes: { type: 'string', default: '28' },
      processes: { type: 'string', default: String(availableParallelism()) },
      kind: { type: 'string' },
      tapes: { type: 'string' },
      write: { type: 'boolean', default: false },
    },
  });
  const number = (name: 'points' | 'seed' | 'lanes' | 'processes', most: number): number => {
    const value = Number(values[name]);
    if (Number.isSafeInteger(value) && value >= 1 && value <= most) return value;
    throw new Error(`--${name} ${values[name]}: allowed a whole number from 1 to ${most}`);
  };
  const named = values.kind?.split(',');
  const unknown = (named ?? []).filter((name) => name !== 'clean' && !known.includes(name));
  if (unknown.length > 0) throw new Error(`--kind ${unknown.join()}: allowed clean,${known.join()}`);
  const missing = values.tapes === undefined ? [] : missingTapes(values.tapes);
  if (missing.length > 0) throw new Error(`--tapes ${values.tapes}: there is no ${missing.join(', no ')}`);
  return {
    ...{ points: number('points', 10_000), seed: number('seed', 2 ** 31), lanes: number('lanes', 256) },
    processes: number('processes', 64),
    ...{ kinds: named?.filter((name) => name !== 'clean'), clean: named?.includes('clean') ?? true },
    tapes: values.tapes,
    write: values.write,
  };
}

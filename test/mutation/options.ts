// The command line of the mutator.
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';

/** Mutants of the full run, by the seed that chose them: survivors of the first seed led to tests, of the second never. */
export const FULL_RUN = [
  { seed: 20_261_121, mutants: 230 },
  { seed: 20_261_129, mutants: 80 },
] as const;

export interface Options {
  /** How many mutants each seed chooses. */
  readonly choice: readonly { readonly seed: number; readonly mutants: number }[];
  /** True for the run that RESULTS.md is about. */
  readonly full: boolean;
  /** Only mutants of these source files; empty: of all. */
  readonly files: readonly string[];
  /** Judge the survivors of the last full run again, by the tests as they are now, and no others. */
  readonly survivors: boolean;
  /** Write RESULTS.md from the last full run and the reasons as they are now; runs nothing. */
  readonly render: boolean;
  readonly lanes: number;
}

export const USAGE = `npm run mutate [-- options]
  --sample N      N mutants of the first seed, RESULTS.md left as it is
  --seed S        with --sample: another choice
  --files A,B     with --sample: only of these source files, by their names without .ts
  --survivors     judge the last full run's survivors again and write RESULTS.md
  --render        write RESULTS.md from the last full run with the reasons as they are now
  --lanes N       test runners side by side (default: one per core, at most 4)`;

/** Throws an Error that says what is wrong. */
export function optionsOf(argv: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      sample: { type: 'string' },
      seed: { type: 'string' },
      files: { type: 'string' },
      survivors: { type: 'boolean', default: false },
      render: { type: 'boolean', default: false },
      lanes: { type: 'string' },
    },
  });
  const number = (name: 'sample' | 'seed' | 'lanes', otherwise: number): number => {
    const text = values[name];
    const value = text === undefined ? otherwise : Number(text);
    if (!Number.isSafeInteger(value) || value < 1) throw new Error(`--${name} ${text}: not a whole number above 0`);
    return value;
  };
  const sampled = values.sample !== undefined;
  if (!sampled && (values.seed ?? values.files) !== undefined) throw new Error('--seed and --files need --sample');
  const sample = { seed: number('seed', FULL_RUN[0].seed), mutants: number('sample', 1) };
  return {
    choice: sampled ? [sample] : FULL_RUN,
    full: !sampled && !values.survivors && !values.render,
    files: values.files === undefined ? [] : values.files.split(',').map((name) => `${name}.ts`),
    survivors: values.survivors,
    render: values.render,
    lanes: number('lanes', Math.min(4, availableParallelism())),
  };
}

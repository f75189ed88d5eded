// The door of the LP library (HiGHS in WASM, 3.5 MB): loaded when the first programme is solved, so that nothing else pays
// for it. Off the hot path; the caller's thread stands still while it solves.
import type { Highs } from 'highs';

/** Maximise costs · x, lower <= x <= upper, every row at least 0. */
export interface Programme {
  readonly costs: readonly number[];
  readonly lower: readonly number[];
  readonly upper: readonly number[];
  readonly rows: readonly ProgrammeRow[];
}

/** Coefficients by column, and the least value of the row. */
export interface ProgrammeRow {
  readonly columns: readonly number[];
  readonly values: readonly number[];
  readonly atLeast: number;
}

export interface Solved {
  readonly value: number;
  readonly columns: readonly number[];
}

/** Solves programmes one after the other. */
export interface LinearSolver {
  /** The best value, or undefined when there is none (infeasible, unbounded, given up). */
  maximise(programme: Programme): Solved | undefined;
}

let loaded: Promise<LinearSolver> | undefined;

/** The solver, loaded once. Rejects when the library cannot be loaded. */
export function linearSolver(): Promise<LinearSolver> {
  loaded ??= import('highs').then(async (module) => {
    // Its types speak of the CommonJS build; this is the other one.
    const load = module.default as unknown as (typeof module.default)['default'];
    const highs = await load();
    return { maximise: (programme) => maximise(highs, programme) };
  });
  return loaded;
}

function maximise(highs: Highs, { costs, lower, upper, rows }: Programme): Solved | undefined {
  const [numCols, numRows] = [costs.length, rows.length];
  const starts = [0];
  for (const { columns } of rows) starts.push(starts.at(-1)! + columns.length);
  const matrix = {
    ...{ format: 'csr' as const, numRows, numCols, starts },
    indices: rows.flatMap(({ columns }) => [...columns]),
    values: rows.flatMap(({ values }) => [...values]),
  };
  const data = {
    ...{ numCols, numRows, sense: highs.constants.objectiveSense.maximize, colCost: costs, matrix },
    ...{ colLower: lower, colUpper: upper },
    rowLower: rows.map(({ atLeast }) => atLeast),
    rowUpper: rows.map(() => highs.infinity),
  };
  return highs.withModel(data, (model) => {
    model.options.set({ output_flag: false });
    model.run();
    if (model.getModelStatus() !== highs.constants.modelStatus.optimal) return undefined;
    return { value: model.getObjectiveValue(), columns: [...model.getSolution().colValue] };
  });
}

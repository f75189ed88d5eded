// bench/budgets.json and what its checks say of a run: a ratio or a limit gates, an absolute goal is only reported.
//
// A check whose suite, measurement, variant or figure is missing fails: nothing passes because it was not measured.
import { readFileSync } from 'node:fs';

/** How a figure is held: against the baseline's in the same run, or by itself. */
export type Rule = 'ratioAtLeast' | 'ratioAtMost' | 'valueAtMost' | 'valueBelow' | 'printed';

const RULES: readonly string[] = ['ratioAtLeast', 'ratioAtMost', 'valueAtMost', 'valueBelow', 'printed'];

/** One machine-readable check of a row. */
export interface Check {
  readonly id: string;
  /** Suite or measurement that measures it. */
  readonly from: string;
  /** Only rows of this scenario, of a measurement that has several. */
  readonly scenario?: string;
  /** Variant; `*` takes the worst of all. */
  readonly ours: string;
  readonly baseline?: string;
  /** Field of the measured row; its ending is its unit. */
  readonly figure: string;
  readonly rule: Rule;
  /** A ratio for the ratio rules, else in the figure's unit; absent for `printed`. */
  readonly gate?: number;
  readonly goal?: number;
  /** Absolute goal of our own figure. */
  readonly goalValue?: number;
  /** Other fields that must be at least this much, such as frames played. */
  readonly requires?: Readonly<Record<string, number>>;
  /** Measured beside the heavy peers only, which have an installation of their own. */
  readonly peers?: boolean;
  /** Why the baseline may be absent on a machine. */
  readonly optional?: string;
  /** A goal that is no number: `whyMissed` answers it in every run. */
  readonly goalWords?: string;
  /** What stands between the figure and its goal, wherever it is measured. */
  readonly whyMissed: string;
}

/** One row of the table: the words it was agreed in, its reason, and its checks. */
export interface Bar {
  readonly what: string;
  readonly gate: string;
  readonly goal: string;
  readonly why: string;
  readonly checks: readonly Check[];
}

export interface Budgets {
  readonly schema: 2;
  /** The agreed table. */
  readonly bars: readonly Bar[];
  /** Limits from elsewhere, and rows that are only printed. */
  readonly also: readonly Bar[];
}

/** Figures of one variant by name, the last word of a name being its unit. */
export interface FigureRow {
  readonly variant: string;
  readonly scenario?: string;
  readonly [figure: string]: unknown;
}

/** What one suite or measurement measured. */
export interface Measured {
  readonly name: string;
  readonly rows: readonly FigureRow[];
}

/** A check held against a run. */
export interface Verdict {
  readonly id: string;
  readonly from: string;
  readonly ours: string;
  readonly baseline: string | undefined;
  readonly figure: string;
  readonly rule: Rule;
  readonly oursValue: number;
  readonly baselineValue: number;
  /** How many times ours the baseline is; for `ratioAtMost` how many times the baseline ours is. */
  readonly ratio: number;
  readonly gate: number | undefined;
  readonly goal: number | undefined;
  readonly goalValue: number | undefined;
  readonly passed: boolean;
  /** Undefined when there is no such goal. */
  readonly goalReached: boolean | undefined;
  readonly goalValueReached: boolean | undefined;
  /** Why there are no figures; a failure unless `elsewhere`. */
  readonly problem: string | undefined;
  /** The figures come from another command, or from machines that have an optional package. */
  readonly elsewhere: boolean;
  readonly goalWords: string | undefined;
  /** Set where a goal is not reached, or is no number. */
  readonly whyMissed: string | undefined;
}

/** Package root, from bench/ in the sources and dist/bench/ when built. */
export function packageFile(path: string): URL {
  const built = import.meta.url.includes('/dist/bench/');
  return new URL(`${built ? '../../' : '../'}${path}`, import.meta.url);
}

/** All rows, the agreed ones first. */
export function allBars(budgets: Budgets): readonly Bar[] {
  return [...budgets.bars, ...budgets.also];
}

export function allChecks(budgets: Budgets): readonly Check[] {
  return allBars(budgets).flatMap(({ checks }) => checks);
}

/** bench/budgets.json; throws when a check has no gate, no reason or another's id. */
export function readBudgets(): Budgets {
  const budgets = JSON.parse(readFileSync(packageFile('bench/budgets.json'), 'utf8')) as Budgets;
  const seen = new Set<string>();
  for (const { what, why, checks } of allBars(budgets)) {
    if (checks.length === 0) throw new Error(`budgets.json ${what}: no checks`);
    if (why.length < 20) throw new Error(`budgets.json ${what}: every row states its reason`);
    for (const check of checks) {
      if (seen.has(check.id)) throw new Error(`budgets.json ${check.id}: twice`);
      seen.add(check.id);
      validate(check);
    }
  }
  return budgets;
}

function validate({ id, rule, gate, goal, baseline, whyMissed }: Check): void {
  if (!RULES.includes(rule)) throw new Error(`budgets.json ${id}: rule ${rule}: allowed ${RULES.join(', ')}`);
  if (rule.startsWith('ratio') && baseline === undefined) throw new Error(`budgets.json ${id}: a ratio to nothing`);
  if (rule !== 'printed' && !(gate !== undefined && gate >= 0)) throw new Error(`budgets.json ${id}: no gate`);
  const beyond = goal !== undefined && gate !== undefined && (rule === 'ratioAtLeast' ? goal < gate : goal > gate);
  if (beyond) throw new Error(`budgets.json ${id}: the goal ${goal} is easier than the gate ${gate}`);
  if (whyMissed.length < 12) throw new Error(`budgets.json ${id}: every check says what its goal is missed by`);
}

/**
 * Verdicts of the checks whose sources were to be measured. `attempted` names them all; one that left no rows in
 * `measured` fails its checks.
 */
export function judge(budgets: Budgets, measured: readonly Measured[], attempted: ReadonlySet<string>): Verdict[] {
  return allChecks(budgets)
    .filter(({ from, peers }) => attempted.has(from) || (peers === true && attempted.has(PEERS)))
    .map((check) => judgeOne(check, measured));
}

/** In `attempted`: rows of the heavy peers are wanted, measured or named as missing. */
export const PEERS = '(peers)';

function judgeOne(check: Check, measured: readonly Measured[]): Verdict {
  const source = measured.find(({ name }) => name === check.from);
  const found = source === undefined ? absent(check) : figuresOf(check, source);
  const { oursValue, baselineValue } = found;
  const ratio = check.rule === 'ratioAtMost' ? oursValue / baselineValue : baselineValue / oursValue;
  const meets = (limit: number): boolean => holds(check.rule, limit, ratio, oursValue);
  const { id, from, ours, baseline, figure, rule, gate, goal, goalValue } = check;
  const goalReached = goal === undefined ? undefined : meets(goal);
  const goalValueReached = goalValue === undefined ? undefined : oursValue <= goalValue;
  const missed = goalReached === false || goalValueReached === false || check.goalWords !== undefined;
  return {
    ...{ id, from, ours, baseline, figure, rule, gate, goal, goalValue, oursValue, baselineValue, ratio },
    goalWords: check.goalWords,
    // NaN compares false: a figure that is none fails its gate.
    passed: found.problem === undefined && (rule === 'printed' ? isMeasured(check, found) : meets(gate!)),
    goalReached,
    goalValueReached,
    ...{ problem: found.problem, elsewhere: found.elsewhere, whyMissed: missed ? check.whyMissed : undefined },
  };
}

/** What is only printed must be there all the same. */
function isMeasured({ baseline }: Check, { oursValue, baselineValue }: Figures): boolean {
  return oursValue >= 0 && (baseline === undefined || baselineValue >= 0);
}

function holds(rule: Rule, limit: number, ratio: number, value: number): boolean {
  if (rule === 'ratioAtLeast') return ratio >= limit;
  if (rule === 'ratioAtMost') return ratio <= limit;
  if (rule === 'valueBelow') return value < limit;
  return value <= limit;
}

interface Figures {
  readonly oursValue: number;
  readonly baselineValue: number;
  readonly problem: string | undefined;
  readonly elsewhere: boolean;
}

function absent({ from, peers }: Check): Figures {
  const problem = peers === true ? 'run npm run bench -- --peers' : `${from} measured nothing`;
  return { oursValue: Number.NaN, baselineValue: Number.NaN, problem, elsewhere: peers === true };
}

function figuresOf(check: Check, source: Measured): Figures {
  const rows = source.rows.filter(({ scenario }) => check.scenario === undefined || scenario === check.scenario);
  const oursRows = rows.filter(({ variant }) => check.ours === '*' || variant === check.ours);
  const baselineRow = rows.find(({ variant }) => variant === check.baseline);
  const numberOf = (row: FigureRow | undefined): number => {
    const value = row?.[check.figure];
    return typeof value === 'number' ? value : Number.NaN;
  };
  const oursValue = oursRows.length === 0 ? Number.NaN : Math.max(...oursRows.map(numberOf));
  const baselineValue = numberOf(baselineRow);
  const lacksBaseline = check.baseline !== undefined && baselineRow === undefined;
  const elsewhere = lacksBaseline && check.optional !== undefined && !Number.isNaN(oursValue);
  return { oursValue, baselineValue, elsewhere, problem: problemOf(check, oursRows, lacksBaseline, oursValue) };
}

function problemOf(check: Check, ours: readonly FigureRow[], lacksBaseline: boolean, oursValue: number) {
  const where = `${check.from}${check.scenario === undefined ? '' : ` (${check.scenario})`}`;
  if (ours.length === 0) return `${where} has no ${check.ours}`;
  if (Number.isNaN(oursValue)) return `${where}/${check.ours} has no ${check.figure}`;
  if (lacksBaseline) return check.optional ?? `${where} has no ${check.baseline}`;
  for (const [field, least] of Object.entries(check.requires ?? {})) {
    const short = ours.find((row) => !((row[field] as number) >= least));
    if (short !== undefined) return `${where}/${short.variant} has ${field} ${String(short[field])}, required ${least}`;
  }
  return undefined;
}

// Picture `stages.svg`: the distribution of single frames' times in each step of the path, ours above careful's.
import { DISTRIBUTION_SHARES } from '../harness.ts';
import { axisLines, bar, type LogAxis, line, logAxis, picture, shortNs, text } from './svg.ts';

/** One step's distribution of one variant. */
export interface StageRow {
  readonly stage: string;
  readonly variant: string;
  /** At DISTRIBUTION_SHARES. */
  readonly distributionNs: readonly number[];
}

const LABELS_X = 24;
const AXIS_FROM_X = 250;
const AXIS_TO_X = 760;
const FIGURES_X = 936;
const TOP_Y = 96;
const STAGE_HEIGHT = 62;
const SHARES_SHOWN = [0.01, 0.05, 0.5, 0.95, 0.99, 0.999] as const;

function atShare({ distributionNs }: StageRow, share: number): number {
  return distributionNs[DISTRIBUTION_SHARES.indexOf(share)] ?? Number.NaN;
}

/** Whisker from 1 % to 99.9 %, bars from 5 % to 95 % and to 99 %, a gap at the median. */
function drawn(row: StageRow, { x }: LogAxis, y: number, ours: boolean): string[] {
  const [p1, p5, p50, p95, p99, p999] = SHARES_SHOWN.map((share) => x(atShare(row, share))) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const style = ours ? 'ours' : 'other';
  const figures = `${shortNs(atShare(row, 0.5))} · ${shortNs(atShare(row, 0.99))} · ${shortNs(atShare(row, 0.999))}`;
  return [
    line(p1, y + 8, p999, y + 8, `${style}Line`),
    line(p999, y + 4, p999, y + 12, `${style}Line`),
    bar(p1, y + 4, p99 - p1, 8, style, 0.35),
    bar(p5, y + 1, p95 - p5, 14, style),
    bar(p50 - 1, y + 1, 2, 14, 'mark'),
    text(FIGURES_X, y + 12, ours ? 'figure' : 'small', figures, 'end'),
  ];
}

/** `note` names machine and commit. Rows come stage by stage, ours first. */
export function stagesPicture(rows: readonly StageRow[], note: string): string {
  const stages = [...new Set(rows.map(({ stage }) => stage))];
  const values = rows.flatMap((row) => SHARES_SHOWN.map((share) => atShare(row, share)));
  const axis = logAxis(values, AXIS_FROM_X, AXIS_TO_X);
  const bottom = TOP_Y + stages.length * STAGE_HEIGHT;
  const body = axisLines(axis, TOP_Y, bottom);
  body.push(text(FIGURES_X, TOP_Y - 7, 'small', 'p50 · p99 · p99.9', 'end'));
  for (const [index, stage] of stages.entries()) {
    const y = TOP_Y + index * STAGE_HEIGHT;
    const [name, detail] = stage.split(': ') as [string, string?];
    body.push(line(LABELS_X, y, FIGURES_X, y, 'rule'));
    body.push(
      text(LABELS_X, y + 27, 'label', `${name[0]!.toUpperCase()}${name.slice(1)}`),
      text(LABELS_X, y + 44, 'small', detail ?? ''),
    );
    for (const [place, row] of rows.filter((found) => found.stage === stage).entries()) {
      body.push(...drawn(row, axis, y + 12 + place * 22, row.variant === 'dutchbook'));
    }
  }
  body.push(...legend(bottom), text(LABELS_X, bottom + 50, 'small', note));
  const told = rows.map((row) => `${row.stage}, ${row.variant}: median ${shortNs(atShare(row, 0.5))}`).join('; ');
  const sub = 'Single frames, every step stamped; one reading of the clock is in each figure. Logarithmic scale.';
  return picture('Where a frame’s time goes', sub, told, bottom + 66, body);
}

function legend(y: number): string[] {
  return [
    line(LABELS_X, y, FIGURES_X, y, 'rule'),
    bar(LABELS_X, y + 16, 22, 10, 'ours'),
    text(LABELS_X + 30, y + 26, 'small', 'dutchbook'),
    bar(LABELS_X + 110, y + 16, 22, 10, 'other'),
    text(LABELS_X + 140, y + 26, 'small', 'careful (JSON.parse, Map books, TypeScript detection)'),
    text(FIGURES_X, y + 26, 'small', 'bar: 5 to 95 % · light: 1 to 99 % · line: to 99.9 % · gap: median', 'end'),
  ];
}

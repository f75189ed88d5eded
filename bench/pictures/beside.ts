// Pictures `peers.svg` and `baselines.svg`: ours beside others, one group of bars for each kind of work.
import { axisLines, bar, type LogAxis, line, logAxis, picture, shortNs, text } from './svg.ts';

/** One variant's time for one operation. */
export interface BesideRow {
  readonly variant: string;
  readonly ns: number;
  /** Set where it does less or other work. */
  readonly note?: string | undefined;
}

/** Variants that do the same work, ours first. */
export interface BesideGroup {
  readonly title: string;
  readonly detail: string;
  readonly rows: readonly BesideRow[];
}

const LABELS_X = 24;
const NAMES_X = 392;
const AXIS_FROM_X = 400;
const AXIS_TO_X = 800;
const FIGURES_X = 936;
const TOP_Y = 96;
const ROW_HEIGHT = 22;
const GROUP_GAP = 18;

function timesText(ratio: number): string {
  return `${ratio < 10 ? ratio.toFixed(1) : Math.round(ratio)}×`;
}

function heightOf({ rows }: BesideGroup): number {
  return Math.max(2, rows.length) * ROW_HEIGHT + GROUP_GAP;
}

function drawn({ title, detail, rows }: BesideGroup, axis: LogAxis, y: number): string[] {
  const ours = rows[0]!;
  const body = [line(LABELS_X, y, FIGURES_X, y, 'rule'), text(LABELS_X, y + 24, 'label', title)];
  body.push(text(LABELS_X, y + 41, 'small', detail));
  for (const [index, { variant, ns, note }] of rows.entries()) {
    const top = y + GROUP_GAP / 2 + index * ROW_HEIGHT;
    // Other ways through the product are ours too, and set no ratio.
    const isOurs = variant.startsWith(ours.variant);
    const style = isOurs ? 'ours' : 'other';
    const times = isOurs ? '' : ` · ${timesText(ns / ours.ns)}`;
    body.push(
      text(NAMES_X, top + 15, index === 0 ? 'figure' : 'small', variant + (note === undefined ? '' : ' *'), 'end'),
    );
    body.push(bar(AXIS_FROM_X, top + 4, axis.x(ns) - AXIS_FROM_X, 14, style, isOurs && index > 0 ? 0.5 : 1));
    body.push(text(FIGURES_X, top + 15, index === 0 ? 'figure' : 'small', shortNs(ns) + times, 'end'));
  }
  return body;
}

/** `note` names machine and commit. Throws when there is nothing to show. */
export function besidePicture(title: string, groups: readonly BesideGroup[], note: string): string {
  const axis = logAxis(
    groups.flatMap(({ rows }) => rows.map(({ ns }) => ns)),
    AXIS_FROM_X,
    AXIS_TO_X,
  );
  const bottom = TOP_Y + groups.reduce((sum, group) => sum + heightOf(group), 0);
  const body = axisLines(axis, TOP_Y, bottom);
  let y = TOP_Y;
  for (const group of groups) {
    body.push(...drawn(group, axis, y));
    y += heightOf(group);
  }
  const starred = groups.flatMap(({ rows }) => rows.filter((row) => row.note !== undefined));
  body.push(line(LABELS_X, bottom, FIGURES_X, bottom, 'rule'), text(LABELS_X, bottom + 24, 'small', note));
  if (starred.length > 0)
    body.push(text(FIGURES_X, bottom + 24, 'small', '* does less or other work: see bench/RESULTS.md', 'end'));
  const told = groups
    .map((group) => `${group.title}: ${group.rows.map(({ variant, ns }) => `${variant} ${shortNs(ns)}`).join(', ')}`)
    .join('; ');
  const sub =
    'Time of one operation, median of interleaved rounds, logarithmic scale: each grid line is ten times the last.';
  return picture(title, sub, told, bottom + 42, body);
}

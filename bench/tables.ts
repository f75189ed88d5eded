// Tables and figures as text, for the terminal and for Markdown.
import type { Rule } from './budgets.ts';

export type Row = readonly string[];

export interface Table {
  readonly head: Row;
  readonly rows: readonly Row[];
}

/** ns with three significant digits, in ns, us, ms or s. */
function durationText(ns: number): string {
  if (ns >= 1e9) return `${Number((ns / 1e9).toPrecision(3))} s`;
  if (ns >= 1e6) return `${(ns / 1e6).toPrecision(3)} ms`;
  if (ns >= 1e4) return `${(ns / 1e3).toPrecision(3)} us`;
  return `${ns >= 100 ? ns.toFixed(0) : ns.toPrecision(3)} ns`;
}

function bytesText(bytes: number): string {
  if (bytes !== 0 && bytes % 2 ** 20 === 0) return `${bytes / 2 ** 20} MiB`;
  if (Math.abs(bytes) >= 1e6) return `${Number((bytes / 1e6).toPrecision(3))} MB`;
  if (Math.abs(bytes) >= 1e3) return `${Number((bytes / 1e3).toPrecision(3))} kB`;
  return `${Number(bytes.toFixed(2))} B`;
}

/** `value` in the unit that the figure's name says: Ns, nsPerOp, Ms, Bytes, bytesPerOp, or a plain number. */
export function valueText(figure: string, value: number): string {
  if (Number.isNaN(value)) return 'none';
  if (/Ns$|^nsPer/.test(figure)) return durationText(value);
  if (/Ms$|^msPer/.test(figure)) return durationText(value * 1e6);
  if (/Bytes$|^bytesPer/.test(figure)) return bytesText(value);
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4)));
}

export function ratioText(ratio: number): string {
  return `${ratio >= 100 ? ratio.toFixed(0) : ratio.toFixed(2)}×`;
}

/** A gate or goal as its rule means it. */
export function figureText(rule: Rule, figure: string, limit: number | undefined, what: 'gate' | 'goal'): string {
  if (limit === undefined) return rule === 'printed' && what === 'gate' ? 'printed' : '';
  if (rule === 'ratioAtLeast') return `${limit}×`;
  if (rule === 'ratioAtMost') return `≤ ${limit}×`;
  return `${rule === 'valueBelow' ? '<' : '≤'} ${valueText(figure, limit)}`;
}

/** Columns padded for a terminal: words left, figures right. */
export function plainTable({ head, rows }: Table): string {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]!.length)));
  const isFigure = head.map((_, column) => rows.every((row) => /^([-≤<]? ?[\d.]|$)/.test(row[column]!)));
  const line = (row: Row): string =>
    row.map((cell, at) => (isFigure[at] ? cell.padStart(widths[at]!) : cell.padEnd(widths[at]!))).join('  ');
  return [head, ...rows].map((row) => line(row).trimEnd()).join('\n');
}

export function markdownTable({ head, rows }: Table): string {
  const isFigure = head.map((_, column) => rows.every((row) => /^([-≤<]? ?[\d.]|$)/.test(row[column]!)));
  const line = (row: Row): string => `| ${row.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(isFigure.map((figure) => (figure ? '---:' : '---'))), ...rows.map(line)].join('\n');
}

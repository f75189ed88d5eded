// Draws a report's pictures into docs/pictures/: those whose figures the run measured; the others stay as they are.
import { mkdirSync, writeFileSync } from 'node:fs';
import { packageFile } from '../budgets.ts';
import type { MeasuredSuite, Report } from '../report.ts';
import { type BesideGroup, besidePicture } from './beside.ts';
import { type StageRow, stagesPicture } from './stages.ts';

/** Suites of a picture with the words of their groups, in drawing order. */
const BASELINE_GROUPS: readonly (readonly [string, string, string])[] = [
  ['decode', 'Decode a message', 'price change of two tokens'],
  ['decode-book', 'Decode a snapshot', '20 levels a side'],
  ['decode-fallback', 'Decode, unknown layout', 'any key order or white space'],
  ['decode-kalshi', 'Decode a Kalshi delta', ''],
  ['ring-push', 'Ring: 512 bytes a push', 'same thread'],
  ['ring-record', 'Ring: 32 bytes a record', 'same thread'],
  ['book', 'Update a book', 'and its best level'],
  ['sweep', 'Sweep all baskets', '10,000 of them at once'],
  ['path', 'Whole path', 'bytes to opportunity'],
];

const PEER_GROUPS: readonly (readonly [string, string, string])[] = [
  ['peers-decode', 'Message to typed changes', 'validated'],
  ['peers-frame', 'Message to readable book', 'bytes in, best level out'],
  ['peers-book', 'Update a book', 'decoded change in, best level out'],
];

function groupsOf(suites: readonly MeasuredSuite[], names: typeof BASELINE_GROUPS): BesideGroup[] {
  return names.flatMap(([name, title, detail]) => {
    const found = suites.find(({ suite }) => suite === name);
    if (found === undefined) return [];
    const rows = found.variants.map(({ name: variant, nsPerOp, note }) => ({ variant, ns: nsPerOp, note }));
    return [{ title, detail, rows }];
  });
}

/** What MessageChannel and the sockets measure lies in special measurements, by scenario. */
function measurementGroups({ measurements }: Report): BesideGroup[] {
  const rowsOf = (name: string) => measurements.find((found) => found.name === name)?.rows ?? [];
  const group = (title: string, detail: string, rows: BesideGroup['rows']) =>
    rows.length < 2 ? [] : [{ title, detail, rows }];
  const hop = rowsOf('hop').map(({ variant, p50Ns }) => ({ variant, ns: Number(p50Ns) }));
  const socket = (scenario: string) =>
    rowsOf('socket')
      .filter(({ scenario: found, variant }) => found === scenario && variant !== 'bytes counted')
      .map(({ variant, nsPerOp }) => ({ variant, ns: Number(nsPerOp) }));
  return [
    ...group('Hop between threads', 'stamp to stamp, p50', hop),
    ...group('Socket to decision', 'many frames per segment', socket('bulk')),
    ...group('Socket to decision', 'one frame per write', socket('single')),
    ...group('Socket to decision, TLS', 'many frames per segment', socket('tls')),
  ];
}

function stageRows({ measurements }: Report): StageRow[] {
  const rows = measurements.find(({ name }) => name === 'stages')?.rows ?? [];
  return rows.map((row) => {
    const stage = row.variant === 'clock' ? 'the clock: one reading' : (row.scenario ?? '');
    return { stage, variant: row.variant, distributionNs: row['distributionNs'] as readonly number[] };
  });
}

/** The pictures of a report by file name. */
export function picturesOf(report: Report): Map<string, string> {
  const note = `${report.cpu}, ${report.cores} cores, Node ${report.node}, commit ${report.commit}`;
  const pictures = new Map<string, string>();
  const stages = stageRows(report);
  if (stages.length > 0) pictures.set('stages.svg', stagesPicture(stages, note));
  const baselines = [...groupsOf(report.suites, BASELINE_GROUPS), ...measurementGroups(report)];
  if (baselines.length > 0)
    pictures.set('baselines.svg', besidePicture('Dutchbook beside its baselines', baselines, note));
  const peers = groupsOf(report.suites, PEER_GROUPS);
  if (peers.length > 0) {
    pictures.set('peers.svg', besidePicture('Dutchbook beside other libraries', peers, note));
  }
  return pictures;
}

/** Writes them. */
export function writePictures(report: Report): void {
  mkdirSync(packageFile('docs/pictures/'), { recursive: true });
  for (const [name, svg] of picturesOf(report)) writeFileSync(packageFile(`docs/pictures/${name}`), svg);
}

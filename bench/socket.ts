// Socket to decision: another process sends the canonical frames over loopback TCP and TLS; the product and ws with the
// careful baseline take them to their decisions, in turns. Wall clock of the receiver from the first frame to the last.
//
// bulk: many frames per write, as fast as the receiver takes them. single: one write per frame, sent when the kernel
// took the one before; beside it a receiver that only counts bytes, which shows what sender and kernel do by themselves.
// It is played with sender and receiver where the system puts them and with both on one core, where no wake-up travels
// between cores; each side's figure is that of the placement it is quicker in.
// catch-up: single, but the receiver's thread is held while the sender writes, so that a frame always waits for it; the
// time counts from its first read. tls: bulk over TLS. paced: one write per frame at 10,000 a second; its percentiles
// count from the frame's write to the end of the work on it, across the processes.
import { runStartNs } from '../engine/core/clock.ts';
import { median, quantile } from './harness.ts';
import { onOneCore } from './placement.ts';
import { openCareful, openCounter, openProduct, type Receiver } from './socket-receivers.ts';
import { type Sender, startSender } from './socket-sender-handle.ts';
import type { PlayOrder, SenderSetup, WriteStyle } from './socket-wire.ts';
import { createWorkload, FULL_PLAN, SMOKE_PLAN, type Workload } from './workload.ts';

/** Figures of one side in one scenario; latencies for `paced` only. */
export interface SocketRow {
  readonly variant: string;
  readonly scenario: string;
  readonly nsPerOp?: number;
  readonly bestNsPerOp?: number;
  readonly worstNsPerOp?: number;
  /** CPU time of the receiver's process, its garbage collector included. */
  readonly cpuNsPerOp?: number;
  /** Reads of the receiver's socket for each frame: below 1 the kernel has joined what was written one by one. */
  readonly readsPerFrame?: number;
  /** How often the sender found the kernel full in a round: 0 = the receiver waited for the sender all along. */
  readonly senderWaits?: number;
  readonly p50Ns?: number;
  readonly p99Ns?: number;
  readonly p999Ns?: number;
  readonly maxNs?: number;
  readonly frames: number;
}

interface Effort {
  readonly rounds: number;
  /** Cycles of the workload per round. */
  readonly cycles: number;
  readonly pacedFrames: number;
}

const EFFORTS: Readonly<Record<SenderSetup['mode'], Effort>> = {
  full: { rounds: 9, cycles: 4, pacedFrames: 4_096 },
  smoke: { rounds: 2, cycles: 1, pacedFrames: 256 },
};
const ROUND_DEADLINE_MS = 60_000;
/** A burst is 2,048 frames in a full run; the kernel has room for them, and the sender's writes take less than the hold. */
const BURSTS_PER_CYCLE = 4;
const HOLD_MS = 40;
const NEVER = new Int32Array(new SharedArrayBuffer(4));

/** One playing of frames, seen from the receiver; `sentNs` and `waits` from the sender. */
interface Round {
  readonly elapsedNs: number;
  readonly cpuNs: number;
  readonly reads: number;
  readonly waits: number;
  readonly sentNs: Float64Array;
}

/** Plays frames to one receiver and waits for all decisions; `decidedNs` gets the time of each when it is given. */
export async function playTo(
  sender: Sender,
  { receiver, done }: Side,
  order: Omit<PlayOrder, 'path'>,
  decidedNs?: Float64Array,
): Promise<Round> {
  const { clock, onDecided } = receiver;
  let timer: NodeJS.Timeout | undefined;
  const last = new Promise<number>((resolve, reject) => {
    let stamped = 0;
    let mine = 0;
    onDecided.tell = (frames) => {
      mine = frames - done.frames;
      if (decidedNs !== undefined) for (const ns = clock.nowNs(); stamped < mine; stamped += 1) decidedNs[stamped] = ns;
      if (mine === order.count) resolve(clock.nowNs());
      else if (mine > order.count) reject(new Error(`${receiver.name}: ${mine} frames of ${order.count}`));
    };
    const late = (): void =>
      reject(new Error(`${receiver.name}, ${order.style}: ${mine} of ${order.count} frames arrived`));
    timer = setTimeout(late, ROUND_DEADLINE_MS);
  });
  const readsBefore = receiver.reads();
  const cpuBefore = process.cpuUsage();
  clock.firstNs = 0;
  const [{ sentNs, waits }, endNs] = await Promise.all([sender.play({ ...order, path: receiver.path }), last]);
  clearTimeout(timer);
  const { user, system } = process.cpuUsage(cpuBefore);
  done.frames += order.count;
  const reads = receiver.reads() - readsBefore;
  return { elapsedNs: endNs - clock.firstNs, cpuNs: (user + system) * 1_000, reads, waits, sentNs };
}

/** A receiver and the frames it has decided. */
export interface Side {
  readonly receiver: Receiver;
  readonly done: { frames: number };
}

/** Plays one whole cycle untimed: the folds at its half and its end. Throws when the books are not the workload's. */
async function verify(sender: Sender, side: Side, workload: Workload, style: WriteStyle): Promise<string> {
  const half = workload.frames.length / 2;
  side.receiver.begin();
  await playTo(sender, side, { style, first: 0, count: half });
  const atHalf = side.receiver.fold();
  await playTo(sender, side, { style, first: half, count: half });
  const atEnd = side.receiver.fold();
  if (!atHalf.startsWith(`${workload.halfChecksum}/`) || !atEnd.startsWith(`${workload.endChecksum}/`)) {
    throw new Error(`${side.receiver.name}: its books are not the workload's: ${atHalf}, ${atEnd}`);
  }
  return `${atHalf}.${atEnd}`;
}

/** Plays a cycle to each side. Throws when books, opportunities or counts of frames differ. */
export async function verifyBoth(
  sender: Sender,
  sides: readonly Side[],
  workload: Workload,
  style: WriteStyle = 'bulk',
): Promise<void> {
  const folds: string[] = [];
  for (const side of sides) folds.push(await verify(sender, side, workload, style));
  if (new Set(folds).size !== 1) throw new Error(`socket: checksums differ: ${folds.join(', ')}`);
  if (new Set(sides.map(({ done }) => done.frames)).size !== 1) throw new Error('socket: unequal counts of frames');
}

/** Rounds of `count` frames of all sides in turns, after one round each that does not count. */
async function sustained(
  sides: readonly Side[],
  scenario: string,
  rounds: number,
  count: number,
  play: (side: Side) => Promise<Round>,
): Promise<SocketRow[]> {
  const played = sides.map(() => [] as Round[]);
  for (let round = -1; round < rounds; round += 1) {
    for (let turn = 0; turn < sides.length; turn += 1) {
      const at = (round + 1 + turn) % sides.length;
      const found = await play(sides[at]!);
      if (round >= 0) played[at]!.push(found);
    }
  }
  return sides.map(({ receiver }, at) => {
    const roundNs = played[at]!.map(({ elapsedNs }) => elapsedNs / count);
    return {
      ...{ variant: receiver.name, scenario, nsPerOp: median(roundNs) },
      ...{ bestNsPerOp: Math.min(...roundNs), worstNsPerOp: Math.max(...roundNs) },
      cpuNsPerOp: median(played[at]!.map(({ cpuNs }) => cpuNs / count)),
      readsPerFrame: median(played[at]!.map(({ reads }) => reads / count)),
      senderWaits: median(played[at]!.map(({ waits }) => waits)),
      frames: rounds * count,
    };
  });
}

/** Of each side the row of the placement in which it is quicker. */
function quicker(apart: readonly SocketRow[], together: readonly SocketRow[]): SocketRow[] {
  return apart.map((row, at) => {
    const other = together[at] ?? row;
    return { ...(other.nsPerOp! < row.nsPerOp! ? other : row), scenario: 'single' };
  });
}

/** A cycle in bursts: the sender writes each frame by itself while this thread stands still, and then goes on. */
async function catchUp(sender: Sender, side: Side, cycle: number): Promise<Round> {
  const count = cycle / BURSTS_PER_CYCLE;
  const total = { elapsedNs: 0, cpuNs: 0, reads: 0, waits: 0 };
  for (let first = 0; first < cycle; first += count) {
    const played = playTo(sender, side, { style: 'single', first, count });
    Atomics.wait(NEVER, 0, 0, HOLD_MS);
    const found = await played;
    for (const figure of ['elapsedNs', 'cpuNs', 'reads', 'waits'] as const) total[figure] += found[figure];
  }
  return { ...total, sentNs: new Float64Array(0) };
}

async function paced(sender: Sender, sides: readonly Side[], rounds: number, count: number): Promise<SocketRow[]> {
  const latencies = sides.map(() => new Float64Array(rounds * count));
  const decidedNs = new Float64Array(count);
  for (let round = 0; round < rounds; round += 1) {
    for (let turn = 0; turn < sides.length; turn += 1) {
      const at = (round + turn) % sides.length;
      const order = { style: 'paced', first: (round * count) % (rounds * count), count } as const;
      const { sentNs } = await playTo(sender, sides[at]!, order, decidedNs);
      for (let frame = 0; frame < count; frame += 1) {
        latencies[at]![round * count + frame] = decidedNs[frame]! - sentNs[frame]!;
      }
    }
  }
  return sides.map(({ receiver }, at) => {
    const sorted = latencies[at]!.sort();
    return {
      ...{ variant: receiver.name, scenario: 'paced', p50Ns: quantile(sorted, 0.5), p99Ns: quantile(sorted, 0.99) },
      ...{ p999Ns: quantile(sorted, 0.999), maxNs: quantile(sorted, 1), frames: sorted.length },
    };
  });
}

/** The product and the baseline, connected to the sender at `base`. */
export async function openSides(workload: Workload, base: string, ca: string, startNs: bigint): Promise<Side[]> {
  const receivers = [
    await openProduct(workload, `${base}/dutchbook`, ca, startNs),
    await openCareful(workload, `${base}/careful`, ca, startNs),
  ];
  return receivers.map((receiver) => ({ receiver, done: { frames: 0 } }));
}

/** Everything that one measurement shares. */
interface Stand {
  readonly sender: Sender;
  readonly workload: Workload;
  readonly startNs: bigint;
  readonly effort: Effort;
}

/** Many frames per write over one URL, plain or TLS. */
async function measureBulk(stand: Stand, scenario: string, base: string): Promise<SocketRow[]> {
  const { sender, workload, effort, startNs } = stand;
  const sides = await openSides(workload, base, sender.ready.ca, startNs);
  const count = workload.frames.length * effort.cycles;
  await verifyBoth(sender, sides, workload);
  const inOneGo = (side: Side) => playTo(sender, side, { style: 'bulk', first: 0, count });
  const rows = await sustained(sides, scenario, effort.rounds, count, inOneGo);
  await verifyBoth(sender, sides, workload);
  for (const { receiver } of sides) await receiver.close();
  return rows;
}

/** One frame per write: sustained in both placements, caught up on, and by schedule. */
async function measureSingle(stand: Stand): Promise<SocketRow[]> {
  const { sender, workload, startNs } = stand;
  const { rounds, cycles, pacedFrames } = stand.effort;
  const cycle = workload.frames.length;
  const count = cycle * cycles;
  const base = `ws://127.0.0.1:${sender.ready.singlePort}/single`;
  const sides = await openSides(workload, base, sender.ready.ca, startNs);
  await verifyBoth(sender, sides, workload, 'single');
  const counter = { receiver: await openCounter(workload, `${base}/counter`, startNs), done: { frames: 0 } };
  const inOneGo = (side: Side) => playTo(sender, side, { style: 'single', first: 0, count });
  const single = (scenario: string) => sustained([...sides, counter], scenario, rounds, count, inOneGo);
  const apart = await single('single, cores apart');
  const together = (await onOneCore([process.pid, sender.pid], () => single('single, on one core'))) ?? [];
  await counter.receiver.close();
  const caught = await sustained(sides, 'catch-up', rounds, cycle, (side) => catchUp(sender, side, cycle));
  const bySchedule = await paced(sender, sides, 2, pacedFrames);
  await verifyBoth(sender, sides, workload, 'single');
  for (const { receiver } of sides) await receiver.close();
  return [...quicker(apart, together), ...apart, ...together, ...caught, ...bySchedule];
}

/** Measures all scenarios. Throws when a frame is lost, or books, opportunities or counts differ. */
export async function measureSocket(mode: SenderSetup['mode']): Promise<SocketRow[]> {
  const startNs = runStartNs();
  const workload = createWorkload(mode === 'full' ? FULL_PLAN : SMOKE_PLAN);
  const sender = await startSender({ mode, startNs: String(startNs) });
  const { port, tlsPort } = sender.ready;
  const stand: Stand = { sender, workload, startNs, effort: EFFORTS[mode] };
  const rows = [
    ...(await measureBulk(stand, 'bulk', `ws://127.0.0.1:${port}/tcp`)),
    ...(await measureSingle(stand)),
    ...(await measureBulk(stand, 'tls', `wss://127.0.0.1:${tlsPort}/tls`)),
  ];
  sender.close();
  return rows;
}

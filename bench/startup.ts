// Start-up at capacity: from the start of a cold process to an engine that would take its first frame. The process is
// bench/startup-process.ts, which loads the metadata from a manifest and starts the product's own threads.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { LiveClock } from '../engine/core/clock.ts';
import { Random } from '../engine/core/random.ts';
import { type SegmentEntry, writeManifest } from '../engine/replay/manifest.ts';
import { createCapacityWorld } from './capacity-world.ts';
import { median } from './harness.ts';

const PROCESS = fileURLToPath(new URL('./startup-process.js', import.meta.url));
const SEED = 4_000;
const DEADLINE_MS = 60_000;
const TOPOLOGIES = ['threads', 'inline'] as const;

/** How large and how often. */
export interface StartupPlan {
  readonly markets: number;
  readonly baskets: number;
  readonly runs: number;
}

/** What the process says when it is ready, ms of its own phases. */
export interface StartupFacts {
  readonly metadataMs: number;
  /** Of the main thread, while the others start, like the warm-up; both are part of the engine's. */
  readonly foundationMs: number;
  readonly warmUpMs: number;
  readonly engineMs: number;
  /** CPU time of all its threads. */
  readonly cpuMs: number;
  readonly arenaBytes: number;
  readonly markets: number;
  readonly baskets: number;
}

export interface StartupRow extends StartupFacts {
  readonly variant: string;
  /** From the start of the process to ready, median. */
  readonly startMs: number;
  readonly startMsMax: number;
  readonly runs: number;
}

/** Starts `runs` cold processes per topology, in turn. Rejects when one does not get ready. */
export async function measureStartup(plan: StartupPlan): Promise<StartupRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'dutchbook-startup-'));
  try {
    writeWorld(folder, plan);
    const startMs = TOPOLOGIES.map((): number[] => []);
    const facts = TOPOLOGIES.map((): StartupFacts[] => []);
    for (let run = 0; run < plan.runs; run += 1) {
      for (const [at, topology] of TOPOLOGIES.entries()) {
        const one = await startOnce(folder, topology);
        startMs[at]!.push(one.startMs);
        facts[at]!.push(one.facts);
      }
    }
    return TOPOLOGIES.map((topology, at) => ({
      variant: topology === 'threads' ? 'dutchbook' : `dutchbook, ${topology}`,
      startMs: median(startMs[at]!),
      startMsMax: Math.max(...startMs[at]!),
      runs: plan.runs,
      ...middleOf(facts[at]!),
    }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function middleOf(all: readonly StartupFacts[]): StartupFacts {
  const middle = (figure: keyof StartupFacts): number => median(all.map((one) => one[figure]));
  const { arenaBytes, markets, baskets } = all[0]!;
  return {
    ...{
      metadataMs: middle('metadataMs'),
      foundationMs: middle('foundationMs'),
      warmUpMs: middle('warmUpMs'),
      engineMs: middle('engineMs'),
    },
    ...{ cpuMs: middle('cpuMs'), arenaBytes, markets, baskets },
  };
}

function writeWorld(folder: string, { markets, baskets }: StartupPlan): void {
  const world = createCapacityWorld(new Random(SEED), markets, baskets / 2);
  const segment: SegmentEntry = {
    file: '000001.segment',
    blake3: '0'.repeat(64),
    venue: 'polymarket',
    source: 'none',
    seqScope: 'full',
    origin: 'derived',
    provenance: ['Metadata only.'],
    records: 0,
    frames: 0,
    restAnswers: 0,
  };
  writeManifest(folder, {
    ...{ schema: 1, title: 'start-up', startWallMs: 0, durationNs: 0, segments: [segment] },
    ...{ markets: world.markets, relations: world.relations, rejected: { lines: 0, first: [] } },
  });
}

async function startOnce(
  folder: string,
  topology: 'threads' | 'inline',
): Promise<{ startMs: number; facts: StartupFacts }> {
  const clock = new LiveClock();
  const startNs = clock.nowNs();
  const child = spawn(process.execPath, [PROCESS, folder, topology], { stdio: ['pipe', 'pipe', 'inherit'] });
  const killer = setTimeout(() => child.kill('SIGKILL'), DEADLINE_MS);
  try {
    const line = await firstLine(child);
    const startMs = (clock.nowNs() - startNs) / 1e6;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.stdin!.end();
    await ended;
    return { startMs, facts: JSON.parse(line) as StartupFacts };
  } finally {
    clearTimeout(killer);
  }
}

/** The line that says ready; rejected when the process ends without one. */
function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    createInterface({ input: child.stdout! }).once('line', resolve);
    child.once('exit', (code) => reject(new Error(`the process ended with ${code} before it was ready`)));
  });
}

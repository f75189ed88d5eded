// `npm run bench -- --compare REF`: the suites of this commit and of another, interleaved round by round. Two processes are
// kept alive and take turns, so that noise hits both alike; a baseline that did not change shows how much is noise.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { packageFile } from './budgets.ts';
import { build, type Checkout, checkOut, commitOf, stopBuilding } from './checkout.ts';
import type { Answer } from './compare-child.ts';
import { FULL_EFFORT, median, quantile, SMOKE_EFFORT } from './harness.ts';
import type { Mode } from './measurements.ts';
import { progress } from './runner.ts';
import { plainTable, type Row, ratioText, valueText } from './tables.ts';

const CHILD = fileURLToPath(new URL('./compare-child.js', import.meta.url));
const HERE = fileURLToPath(packageFile('.'));
const SIGNAL_EXIT = { SIGINT: 130, SIGTERM: 143 } as const;

/** One variant of one suite in both commits, ns per operation; `speedup` above 1 means that this commit is faster. */
export interface ComparedVariant {
  readonly suite: string;
  readonly variant: string;
  readonly nowNs: number;
  readonly thenNs: number;
  /** Median over rounds of then / now within a round. */
  readonly speedup: number;
  /** The middle half of the rounds. */
  readonly speedupQuartiles: readonly [number, number];
}

/** Everything a comparison found; printed by `--json`. */
export interface Comparison {
  readonly schema: 1;
  readonly ref: string;
  readonly commit: string;
  readonly rounds: number;
  readonly variants: readonly ComparedVariant[];
  /** Suites and variants that only one side has, and work that differs. */
  readonly notes: readonly string[];
}

/** Compares `suites` of this build with those of `ref`. Throws when nothing could be compared. */
export async function compare(ref: string, suites: readonly string[], mode: Mode): Promise<Comparison> {
  const commit = commitOf(ref);
  const checkout = checkOut(commit);
  const children = new Set<ChildProcess>();
  const cleanUp = (): void => {
    stopBuilding();
    for (const child of children) child.kill('SIGKILL');
    checkout.remove();
  };
  const onSignal = (signal: keyof typeof SIGNAL_EXIT): void => {
    cleanUp();
    process.exit(SIGNAL_EXIT[signal]);
  };
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  try {
    // Said on a terminal or not: it takes a while.
    await build(checkout, (text) => process.stderr.write(`bench: ${ref}: ${text}\n`));
    return await compareSuites({ ref, commit, checkout, children, mode }, suites);
  } finally {
    cleanUp();
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
}

interface Setting {
  readonly ref: string;
  readonly commit: string;
  readonly checkout: Checkout;
  readonly children: Set<ChildProcess>;
  readonly mode: Mode;
}

async function compareSuites(setting: Setting, suites: readonly string[]): Promise<Comparison> {
  const variants: ComparedVariant[] = [];
  const notes: string[] = [];
  for (const suite of suites) {
    progress(`bench: ${suite}, now and ${setting.ref}`);
    variants.push(...(await compareSuite(setting, suite, notes)));
  }
  progress('');
  if (variants.length === 0)
    throw new Error(`--compare ${setting.ref}: nothing could be compared: ${notes.join('; ')}`);
  const { ref, commit, mode } = setting;
  const { rounds } = mode === 'full' ? FULL_EFFORT : SMOKE_EFFORT;
  return { schema: 1, ref, commit, rounds, variants, notes };
}

/** A side's process, ready for its rounds, or why it cannot be. */
interface Side {
  readonly child: ChildProcess;
  readonly first: Exclude<Answer, { kind: 'round' }>;
}

async function compareSuite(setting: Setting, suite: string, notes: string[]): Promise<ComparedVariant[]> {
  const { ref, checkout, mode } = setting;
  const now = await start(setting, HERE, suite);
  const then = await start(setting, checkout.folder, suite);
  try {
    if (now.first.kind === 'lacks') throw new Error(`${suite}: ${now.first.reason}`);
    if (then.first.kind === 'lacks') {
      notes.push(`${suite}: not compared: ${ref}: ${then.first.reason}`);
      return [];
    }
    if (now.first.checksum !== then.first.checksum) notes.push(`${suite}: ${ref} does different work on its input`);
    const { rounds } = mode === 'full' ? FULL_EFFORT : SMOKE_EFFORT;
    const nowNs: (readonly number[])[] = [];
    const thenNs: (readonly number[])[] = [];
    for (let round = 0; round < rounds; round += 1) {
      // Whoever begins finds another machine than whoever follows: they take turns at that too.
      if (round % 2 === 0) nowNs.push(await roundOf(now));
      thenNs.push(await roundOf(then));
      if (round % 2 === 1) nowNs.push(await roundOf(now));
    }
    return pairs(suite, now.first.variants, then.first.variants, nowNs, thenNs, (text) =>
      notes.push(`${suite}: ${ref} ${text}`),
    );
  } finally {
    for (const { child } of [now, then]) {
      setting.children.delete(child);
      child.kill();
    }
  }
}

function pairs(
  suite: string,
  now: readonly string[],
  then: readonly string[],
  nowNs: readonly (readonly number[])[],
  thenNs: readonly (readonly number[])[],
  note: (text: string) => void,
): ComparedVariant[] {
  return now.flatMap((variant, nowAt) => {
    const thenAt = then.indexOf(variant);
    if (thenAt < 0) {
      note(`has no variant ${variant}`);
      return [];
    }
    const speedups = nowNs.map((round, at) => thenNs[at]![thenAt]! / round[nowAt]!).sort((a, b) => a - b);
    return {
      suite,
      variant,
      nowNs: median(nowNs.map((round) => round[nowAt]!)),
      thenNs: median(thenNs.map((round) => round[thenAt]!)),
      speedup: median(speedups),
      speedupQuartiles: [quantile(speedups, 0.25), quantile(speedups, 0.75)],
    };
  });
}

async function start({ children, mode }: Setting, folder: string, suite: string): Promise<Side> {
  const child = fork(CHILD, [folder, suite, mode], { stdio: ['ignore', 'inherit', 'pipe', 'ipc'] });
  children.add(child);
  return { child, first: (await answerOf(child)) as Side['first'] };
}

async function roundOf({ child }: Side): Promise<readonly number[]> {
  const answer = answerOf(child);
  child.send('round');
  return ((await answer) as Extract<Answer, { kind: 'round' }>).medianNs;
}

/** The child's next answer. Throws what it said on stderr when it ends instead. */
async function answerOf(child: ChildProcess): Promise<Answer> {
  let said = '';
  const listen = (bytes: Buffer): void => {
    said += bytes.toString();
  };
  child.stderr?.on('data', listen);
  const ended = new AbortController();
  try {
    const closed = once(child, 'close', { signal: ended.signal }).then(() => {
      throw new Error(said.split('\n').find((line) => line.includes('Error')) ?? 'a measuring process ended early');
    });
    const [answer] = (await Promise.race([once(child, 'message', { signal: ended.signal }), closed])) as [Answer];
    return answer;
  } finally {
    ended.abort();
    child.stderr?.off('data', listen);
  }
}

/** The comparison for a terminal. */
export function comparisonText({ ref, commit, rounds, variants, notes }: Comparison): string {
  const rows = variants.map(({ suite, variant, nowNs, thenNs, speedup, speedupQuartiles }, at): Row => {
    const [low, high] = speedupQuartiles;
    return [
      variants[at - 1]?.suite === suite ? '' : suite,
      variant,
      valueText('Ns', nowNs),
      valueText('Ns', thenNs),
      ratioText(speedup),
      `${low.toFixed(2)} to ${high.toFixed(2)}`,
    ];
  });
  const head = ['suite', 'variant', 'now', 'then', 'times faster', 'middle half of rounds'];
  return [
    `this build against ${ref} (${commit.slice(0, 12)}), ${rounds} interleaved rounds`,
    'A baseline that did not change should stand at 1: how far it does not is the noise.',
    '',
    plainTable({ head, rows }),
    ...notes.map((note) => `note: ${note}`),
  ].join('\n');
}

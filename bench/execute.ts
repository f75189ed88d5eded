// Measurement `execute`: from the moment when a detector on its own thread has an opportunity, over the ring, to the last byte of
// its orders handed to the socket, and batches of orders per second until their outcomes are known. The product's own executor,
// asleep until then, journal file, signer's process and gateway, over loopback to another process, with the journal's sync on and off; beside them a careful bot that does the same
// work with the same curve in its own process and node:http, and the official client's orders where they are installed.
// Single batches, the variants in turn round by round.
import { fork } from 'node:child_process';
import { closeSync, fdatasyncSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LiveClock } from '../engine/core/clock.ts';
import { Nudge } from '../engine/core/nudge.ts';
import { Random } from '../engine/core/random.ts';
import { Executor } from '../engine/execute/execute.ts';
import { Journal } from '../engine/ledger/journal.ts';
import { createSegment } from '../engine/ledger/journal-folder.ts';
import { PostBox } from '../engine/signer/post-box.ts';
import { type SignerProcess, spawnSigner } from '../engine/signer/spawn.ts';
import { startPostman } from '../engine/threads.ts';
import type { Gateway, OrderDraft } from '../engine/venue/contract.ts';
import { l2Headers } from '../engine/venue/polymarket/auth.ts';
import { createOrderMaker } from '../engine/venue/polymarket/maker.ts';
import { identityOf, SIGNATURE_TYPE } from '../engine/venue/polymarket/order-form.ts';
import { localSeal } from '../engine/venue/polymarket/seal.ts';
import { OrderSigner } from '../engine/venue/polymarket/sign.ts';
import { BenchDetector } from './execute-detector.ts';
import { CREDENTIALS, gatewayTo, watched } from './execute-gateway.ts';
import { AGENT, createExecuteWorld, type ExecuteWorld, FEE } from './execute-world.ts';
import { quantile } from './harness.ts';
import { officialClient } from './sign-peer.ts';

// The first well-known key of the Hardhat test network; it holds nothing.
const KEY = 'ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80';
const LEGS = 2;
const SHARES = 20;
const SHARE = 1_000_000;
const TURNS_MAX = 5_000;
const WIDE = {
  ...{ orderMicrosMax: 1e12, hourMicrosMax: 1e13, sellOrderMicrosMax: 1e12, sellHourMicrosMax: 1e13 },
  ordersPerSecondMax: 1e6,
};

export interface ExecuteRow {
  readonly variant: string;
  readonly scenario: string;
  readonly p50Ns: number;
  readonly p99Ns: number;
  readonly maxNs: number;
  /** From the record to the outcome, p50. */
  readonly batchNs: number;
  readonly batchesPerSecond: number;
  readonly batches: number;
}

export interface ExecutePlan {
  /** Untimed, of each variant. */
  readonly warmUp: number;
  readonly rounds: number;
  readonly batchesPerRound: number;
}

/** One batch: when its last byte was handed over and when its outcome was known, ns after the opportunity. */
interface Batch {
  readonly sentNs: number;
  readonly doneNs: number;
}

interface Taker {
  readonly variant: string;
  readonly scenario: string;
  batch(): Promise<Batch>;
  close(): Promise<void>;
}

/** Where everything happens. */
interface Place {
  readonly clock: LiveClock;
  readonly folder: string;
  readonly url: string;
  readonly signer: SignerProcess;
  readonly box: SharedArrayBuffer | undefined;
  readonly startNs: bigint;
}

const SYNCS = [
  ['sync on', true],
  ['sync off', false],
] as const;

export async function measureExecute(plan: ExecutePlan): Promise<ExecuteRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'dutchbook-execute-'));
  const keyFile = join(folder, 'wallet.key');
  writeFileSync(keyFile, KEY, { mode: 0o600 });
  const startNs = process.hrtime.bigint();
  const clock = new LiveClock(startNs);
  const server = fork(fileURLToPath(new URL('./order-server.js', import.meta.url)), [], { execArgv: [] });
  const port = await new Promise<number>((resolve) => server.once('message', (told) => resolve(told as number)));
  const signer = await spawnSigner({ keyFile, signatureType: 0, limits: WIDE }, clock);
  const { route } = signer;
  const box = route === undefined ? undefined : new PostBox(route.box);
  const postman = route === undefined ? undefined : startPostman(route);
  const place = { clock, folder, signer, url: `http://127.0.0.1:${port}`, box: route?.box, startNs };
  const takers: Taker[] = [];
  try {
    for (const [scenario, isOn] of SYNCS) {
      takers.push(await ours(place, scenario, isOn), careful(place, scenario, isOn));
      const theirs = await official(place, scenario, isOn);
      if (theirs !== undefined) takers.push(theirs);
    }
    return await inTurn(takers, plan);
  } finally {
    for (const taker of takers) await taker.close();
    box?.stop();
    await postman;
    await signer.close();
    server.disconnect();
    rmSync(folder, { recursive: true });
  }
}

async function inTurn(
  takers: readonly Taker[],
  { warmUp, rounds, batchesPerRound }: ExecutePlan,
): Promise<ExecuteRow[]> {
  const taken = takers.map((): { sent: number[]; done: number[] } => ({ sent: [], done: [] }));
  for (const taker of takers) for (let batch = 0; batch < warmUp; batch += 1) await taker.batch();
  for (let round = 0; round < rounds; round += 1) {
    for (let turn = 0; turn < takers.length; turn += 1) {
      const at = (round + turn) % takers.length;
      for (let batch = 0; batch < batchesPerRound; batch += 1) {
        const { sentNs, doneNs } = await takers[at]!.batch();
        taken[at]!.sent.push(sentNs);
        taken[at]!.done.push(doneNs);
      }
    }
  }
  return takers.map(({ variant, scenario }, at) => {
    const sorted = Float64Array.from(taken[at]!.sent).sort();
    const done = Float64Array.from(taken[at]!.done).sort();
    const figures = { p50Ns: quantile(sorted, 0.5), p99Ns: quantile(sorted, 0.99), maxNs: sorted.at(-1)! };
    const batchNs = quantile(done, 0.5);
    return { variant, scenario, ...figures, batchNs, batchesPerSecond: 1e9 / batchNs, batches: sorted.length };
  });
}

/** The executor with a journal file of its own. */
async function ours(place: Place, scenario: string, isOn: boolean): Promise<Taker> {
  const { clock, folder, url, signer, box, startNs } = place;
  const world = createExecuteWorld(LEGS, clock);
  const gateway = gatewayTo(url, signer.words.address, clock);
  let sentNs = 0;
  const told = watched(gateway, (atNs) => {
    sentNs = atNs;
  });
  const journalFolder = join(folder, scenario);
  mkdirSync(journalFolder);
  const sink = createSegment(journalFolder, 1);
  const journal = new Journal(isOn ? sink : { ...sink, sync: () => undefined }, 'bench');
  const maker = createOrderMaker(world.arena, new Random(1), { seal: signer, owner: CREDENTIALS.apiKey });
  const executor = executorOf(world, clock, journal, { gateway: told, maker });
  // As in a run: what comes from the venue wakes the executor.
  const nudge = new Nudge();
  gateway.onTold(nudge.give);
  const until = async (isDone: () => boolean): Promise<void> => {
    for (let turn = 0; turn < TURNS_MAX; turn += 1) {
      const worked = executor.doWork(clock.nowNs());
      if (isDone()) return;
      if (worked === 0) await nudge.idle(() => world.idle());
      else await new Promise((resolve) => setImmediate(resolve));
    }
    const { causes } = world.breaker.describe();
    const why = JSON.stringify({ refused: executor.refusals.toObject(), causes, journal: executor.journalError });
    throw new Error(`execute, ${scenario}: no outcome: ${why}`);
  };
  await until(() => gateway.ready());
  const offer = { legs: LEGS, limitE4: world.limitE4, sizeMicros: SHARES * SHARE };
  const detector = new BenchDetector({ memory: world.arena.memory, offer, box, startNs });
  return {
    variant: 'dutchbook',
    scenario,
    batch: async () => {
      world.refresh(clock.nowNs());
      sentNs = 0;
      detector.call();
      await until(() => sentNs > 0 && !executor.busy() && gateway.ready());
      const detectedNs = detector.detectedNs!;
      return { sentNs: sentNs - detectedNs, doneNs: clock.nowNs() - detectedNs };
    },
    close: async () => {
      await detector.stop();
      executor.close();
      await gateway.close();
    },
  };
}

function executorOf(
  world: ExecuteWorld,
  clock: LiveClock,
  journal: Journal,
  venue: { readonly gateway: Gateway; readonly maker: ReturnType<typeof createOrderMaker> },
): Executor {
  const { arena, breaker, markets, caps, limits, options } = world;
  const executor = new Executor({
    ...{ arena, breaker, clock, markets, caps, limits, options, journal },
    ...{ agentIndex: AGENT, venues: [venue], feeOf: () => FEE, eventOf: () => undefined },
  });
  executor.deposit(1e12, clock.nowNs());
  return executor;
}

/** Sends one request and tells when the kernel had its last byte and when the answer was whole. */
function posted(agent: Agent, url: string, headers: Readonly<Record<string, string>>, body: string): Promise<number> {
  return new Promise((resolve, reject) => {
    let sentNs = 0;
    const call = request(`${url}/orders`, { method: 'POST', agent, headers }, (response) => {
      response.resume().once('end', () => resolve(sentNs));
    });
    call.once('error', reject);
    call.end(body, () => {
      sentNs = sharedClock.nowNs();
    });
  });
}

const sharedClock = new LiveClock();

/** A bot around `textOf`: one line of JSON on the disk before the request, as careful as one can be without a framework. */
function bot(
  variant: string,
  { folder, url, signer }: Place,
  [scenario, isOn]: readonly [string, boolean],
  textsOf: (drafts: readonly OrderDraft[]) => Promise<readonly string[]> | readonly string[],
): Taker {
  const world = createExecuteWorld(LEGS, sharedClock);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const log = openSync(join(folder, `${variant.replace('/', '-')} ${scenario}.log`), 'ax', 0o600);
  const drafts = world.tokens.map((token, marketIndex): OrderDraft => {
    const market = { marketIndex, marketId: world.markets.idOf(marketIndex), token, negRisk: false };
    return { ...market, side: 'BUY', limitE4: world.limitE4, sizeMicros: SHARES * SHARE, type: 'FOK' };
  });
  return {
    variant,
    scenario,
    batch: async () => {
      const startNs = sharedClock.nowNs();
      const texts = await textsOf(drafts);
      writeSync(log, `${JSON.stringify({ atNs: startNs, intents: drafts })}\n`);
      if (isOn) fdatasyncSync(log);
      const body = `[${texts.join(',')}]`;
      const call = { method: 'POST', path: '/orders', body } as const;
      const headers = l2Headers(CREDENTIALS, signer.words.address, Math.floor(sharedClock.wallMs() / 1_000), call);
      const sentNs = await posted(agent, url, { 'content-type': 'application/json', ...headers }, body);
      return { sentNs: sentNs - startNs, doneNs: sharedClock.nowNs() - startNs };
    },
    close: () => {
      agent.destroy();
      closeSync(log);
      return Promise.resolve();
    },
  };
}

function careful(place: Place, scenario: string, isOn: boolean): Taker {
  const world = createExecuteWorld(LEGS, place.clock);
  const signer = new OrderSigner(Buffer.from(KEY, 'hex'));
  signer.warmUp();
  const seal = localSeal(signer, identityOf(signer.address, SIGNATURE_TYPE.eoa));
  const maker = createOrderMaker(world.arena, new Random(1), { seal, owner: CREDENTIALS.apiKey });
  return bot('careful', place, [scenario, isOn], (drafts) => {
    const wallMs = place.clock.wallMs();
    const sealed = maker.seal!(drafts.map((draft) => maker.make(draft, wallMs)))();
    if ('refused' in sealed) throw new Error(`the key refused: ${sealed.refused}`);
    return sealed.map(({ wire }) => wire);
  });
}

async function official(place: Place, scenario: string, isOn: boolean): Promise<Taker | undefined> {
  const { tokens } = createExecuteWorld(LEGS, place.clock);
  const client = await officialClient(KEY, CREDENTIALS.apiKey, tokens);
  if (client === undefined) return undefined;
  return bot('@polymarket/clob-client-v2', place, [scenario, isOn], async (drafts) => {
    const texts: string[] = [];
    for (const draft of drafts) texts.push(await client.text(draft));
    return texts;
  });
}

// Measurement `sign`: an order from its terms to the JSON that is posted, signed; and its parts. Single calls, the variants in
// turn round by round. Beside ours the official client, where the heavy peers are installed, and the native curve alone.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LiveClock } from '../engine/core/clock.ts';
import { Random } from '../engine/core/random.ts';
import { Arena } from '../engine/memory/arena.ts';
import { PostBox } from '../engine/signer/post-box.ts';
import { spawnSigner } from '../engine/signer/spawn.ts';
import { startPostman } from '../engine/threads.ts';
import type { MarketMeta, OrderDraft, OrderMaker, OrderRequest } from '../engine/venue/contract.ts';
import { Markets } from '../engine/venue/markets.ts';
import { chooseCurve, processCurve } from '../engine/venue/polymarket/curve.ts';
import { EXCHANGE_V2 } from '../engine/venue/polymarket/eip712.ts';
import { createOrderMaker } from '../engine/venue/polymarket/maker.ts';
import { identityOf, SIGNATURE_TYPE } from '../engine/venue/polymarket/order-form.ts';
import { localSeal, type OrderSeal } from '../engine/venue/polymarket/seal.ts';
import { OrderSigner } from '../engine/venue/polymarket/sign.ts';
import { quantile } from './harness.ts';
import { type OfficialClient, officialClient } from './sign-peer.ts';

// The first well-known key of the Hardhat test network; it holds nothing.
const KEY = 'ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80';
const TOKENS = [
  '71321045679252212594626385532706912750332728571942532289631379312455583992563',
  '52114319501245915516055106046884209969926127482827954674443846427813813222426',
] as const;
const MARKET: MarketMeta = {
  ...{ id: `polymarket:0x${'ab'.repeat(32)}`, venue: 'polymarket', yesToken: TOKENS[0], noToken: TOKENS[1] },
  tickRanges: [{ startE4: 0, endE4: 10_000, tickE4: 100 }],
};
const OWNER = '00000000-0000-0000-0000-000000000000';
const PLAN = { markets: 2, fineLadders: 0, grids: 4, feeSchedules: 4, baskets: 1, legs: 4, detectors: 1 };
const RINGS = { levelRingSlots: 64, opportunityRingSlots: 64, stagingSlots: 64, scanBytes: 4_096 };
const SIZE_MICROS = 20_000_000;
/** Between begin and collect of the busy time: far longer than a signature takes. */
const APART_MS = 1;
/** Between an opportunity and its orders: the executor is woken, plans, writes the intents. */
const PLANNED_NS = 1e5;
/** Longer than the postman stays awake. */
const ASLEEP_MS = 3;
const WIDE = {
  ...{ orderMicrosMax: 1e12, hourMicrosMax: 1e13, sellOrderMicrosMax: 1e12, sellHourMicrosMax: 1e13 },
  ordersPerSecondMax: 1e6,
};

export interface SignRow {
  readonly variant: string;
  readonly p50Ns: number;
  readonly p99Ns: number;
  readonly maxNs: number;
  readonly calls: number;
}

/** How often. */
export interface SignPlan {
  /** Untimed, of each variant. */
  readonly warmUp: number;
  readonly rounds: number;
  readonly callsPerRound: number;
}

/** Times one call, ns. */
type Timed = () => number | Promise<number>;

export async function measureSign(plan: SignPlan): Promise<SignRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'dutchbook-sign-'));
  const keyFile = join(folder, 'wallet.key');
  writeFileSync(keyFile, KEY, { mode: 0o600 });
  const clock = new LiveClock();
  const signer = await spawnSigner({ keyFile, signatureType: 0, limits: WIDE }, clock);
  const { route } = signer;
  const box = route === undefined ? undefined : new PostBox(route.box);
  const postman = route === undefined ? undefined : startPostman(route);
  try {
    const official = await officialClient(KEY, OWNER, TOKENS);
    if (official !== undefined) await compare(official);
    const variants = new Map<string, Timed>([
      ['dutchbook', whole(clock, seal())],
      ['dutchbook, @noble/curves', whole(clock, seal('@noble/curves'))],
      ['secp256k1 alone', curveAlone(clock)],
      ['deciding thread', busy(clock, signer, () => box?.ring())],
      ['deciding thread, nobody rang', busy(clock, signer)],
      ['ringing', ringing(clock, box)],
      ['signer’s process, round trip', whole(clock, signer)],
      ...(official === undefined ? [] : [['@polymarket/clob-client-v2', theirs(clock, official)] as const]),
    ]);
    return await inTurn(variants, plan);
  } finally {
    box?.stop();
    await postman;
    await signer.close();
    rmSync(folder, { recursive: true });
  }
}

/** Each round every variant, beginning with another one. */
async function inTurn(
  variants: ReadonlyMap<string, Timed>,
  { warmUp, rounds, callsPerRound }: SignPlan,
): Promise<SignRow[]> {
  const samples = new Map([...variants.keys()].map((name): [string, number[]] => [name, []]));
  const order = [...variants];
  for (const [, timed] of order) for (let call = 0; call < warmUp; call += 1) await timed();
  for (let round = 0; round < rounds; round += 1) {
    for (let at = 0; at < order.length; at += 1) {
      const [name, timed] = order[(round + at) % order.length]!;
      for (let call = 0; call < callsPerRound; call += 1) samples.get(name)!.push(await timed());
    }
  }
  return [...samples].map(([variant, taken]) => {
    const sorted = Float64Array.from(taken).sort();
    const [p50Ns, p99Ns] = [quantile(sorted, 0.5), quantile(sorted, 0.99)];
    return { variant, p50Ns, p99Ns, maxNs: sorted.at(-1)!, calls: sorted.length };
  });
}

function seal(curve?: '@noble/curves'): OrderSeal {
  const chosen =
    curve === undefined
      ? processCurve()
      : chooseCurve(() => {
          throw new Error('not asked for');
        });
  const signer = new OrderSigner(Buffer.from(KEY, 'hex'), chosen.curve);
  return localSeal(signer, identityOf(signer.address, SIGNATURE_TYPE.eoa));
}

function makerOver(orderSeal: OrderSeal): OrderMaker {
  const arena = Arena.create({ ...PLAN, ...RINGS });
  new Markets(arena).register(MARKET);
  return createOrderMaker(arena, new Random(1), { seal: orderSeal, owner: OWNER });
}

/** Drafts of both tokens and sides at changing limits. */
function drafts(): () => OrderDraft {
  let turn = 0;
  return () => {
    turn += 1;
    const limitE4 = 1_000 * (1 + (turn % 5));
    return {
      ...{ marketIndex: 0, marketId: MARKET.id, token: TOKENS[turn & 1]!, side: turn % 4 < 2 ? 'BUY' : 'SELL' },
      ...{ limitE4, sizeMicros: SIZE_MICROS, type: 'FOK', negRisk: false },
    };
  };
}

function textOf(orders: readonly OrderRequest[] | { readonly refused: string }): string {
  if ('refused' in orders) throw new Error(`the signer refused: ${orders.refused}`);
  return orders[0]!.wire;
}

/** From the draft to the text, in one go. */
function whole(clock: LiveClock, orderSeal: OrderSeal): Timed {
  const [maker, next] = [makerOver(orderSeal), drafts()];
  return () => {
    const draft = next();
    const wallMs = clock.wallMs();
    const startNs = clock.nowNs();
    const text = textOf(maker.seal!([maker.make(draft, wallMs)])());
    const endNs = clock.nowNs();
    if (text.length < 500) throw new Error('an order without its parts');
    return endNs - startNs;
  };
}

/**
 * The same on the thread that decides, the time left out in which another process signs. `ring` is what a detector does once
 * it has published the opportunity, on its own thread: before the executor is awake and has planned.
 */
function busy(clock: LiveClock, orderSeal: OrderSeal, ring?: () => void): Timed {
  const [maker, next] = [makerOver(orderSeal), drafts()];
  const sleep = new Int32Array(new SharedArrayBuffer(4));
  return () => {
    const draft = next();
    ring?.();
    // Nobody is awake any more who was not rung for this order.
    if (ring === undefined) Atomics.wait(sleep, 0, 0, ASLEEP_MS);
    for (const untilNs = clock.nowNs() + PLANNED_NS; clock.nowNs() < untilNs; );
    const wallMs = clock.wallMs();
    const startNs = clock.nowNs();
    const sealing = maker.seal!([maker.make(draft, wallMs)]);
    const askedNs = clock.nowNs();
    Atomics.wait(sleep, 0, 0, APART_MS);
    const wokenNs = clock.nowNs();
    textOf(sealing());
    return clock.nowNs() - wokenNs + (askedNs - startNs);
  };
}

/** What a detector pays to wake the postman. */
function ringing(clock: LiveClock, box: PostBox | undefined): Timed {
  const sleep = new Int32Array(new SharedArrayBuffer(4));
  return () => {
    Atomics.wait(sleep, 0, 0, ASLEEP_MS);
    const startNs = clock.nowNs();
    box?.ring();
    return clock.nowNs() - startNs;
  };
}

function curveAlone(clock: LiveClock): Timed {
  const { curve } = processCurve();
  const [key, digest, out] = [Buffer.from(KEY, 'hex'), Buffer.alloc(32, 7), new Uint8Array(65)];
  return () => {
    digest[0] = (digest[0]! + 1) & 0xff;
    const startNs = clock.nowNs();
    curve.sign(digest, key, out);
    return clock.nowNs() - startNs;
  };
}

function theirs(clock: LiveClock, official: OfficialClient): Timed {
  const next = drafts();
  return async () => {
    const draft = next();
    const startNs = clock.nowNs();
    await official.text(draft);
    return clock.nowNs() - startNs;
  };
}

/** Both must give the same text for the same terms, or they did not do the same work. */
async function compare(official: OfficialClient): Promise<void> {
  const text = await official.text(drafts()());
  const { order } = JSON.parse(text) as { order: Record<string, string> };
  const signer = new OrderSigner(Buffer.from(KEY, 'hex'));
  const terms = { salt: Number(order['salt']), tokenId: order['tokenId']!, timestampMs: Number(order['timestamp']) };
  const amounts = { makerAmount: Number(order['makerAmount']), takerAmount: Number(order['takerAmount']) };
  const struct = {
    ...terms,
    ...amounts,
    ...identityOf(signer.address, SIGNATURE_TYPE.eoa),
    side: order['side'] === 'BUY' ? 0 : 1,
  };
  const { signature } = signer.sign(struct, EXCHANGE_V2, '2');
  if (signature !== order['signature']) throw new Error('sign: the official client signs something else');
}

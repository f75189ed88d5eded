// Suite `peers-frame`: one message as its bytes come from the socket, to books whose best level is readable, through what
// each library runs for a message of its own connection. No baskets: none of them has any.
import { SIDE_BID } from '../../wasm/layout.ts';
import { createCareful } from '../baseline/careful.ts';
import type { LevelSource } from '../checksum.ts';
import { played, truthOf } from '../cycle.ts';
import type { Suite, Variant } from '../harness.ts';
import { createProductPath } from '../whole-path.ts';
import type { Workload } from '../workload.ts';
import { loadPeer } from './install.ts';

const FRAMES_PER_SAMPLE = 64;
const PRICE_ONE_E4 = 10_000;
const TWO_BOOKS = 'keeps the two tokens as two books; checks neither top nor mirror';

/** Something that takes frames and keeps books. */
interface FrameEngine {
  readonly onFrame: (frame: Buffer) => void;
  readonly levels: LevelSource;
}

type FloatLevel = readonly [price: number, size: number];

/** Levels of one side of a token's book, best first, as the library keeps them. */
type TokenSide = (token: string, side: number) => readonly FloatLevel[];

/** Two unfolded books a market as one: the YES book, once the NO book has shown itself to be its mirror. */
function foldedLevels({ metas }: Workload, sideOf: TokenSide): LevelSource {
  const integers = ([price, size]: FloatLevel): readonly [number, number] => {
    return [Math.round(price * PRICE_ONE_E4), Math.round(size * 1e6)];
  };
  return {
    marketCount: metas.length,
    forEachLevel: (market, side, visit) => {
      const { id, yesToken, noToken } = metas[market]!;
      const yes = sideOf(yesToken, side).map(integers);
      const no = sideOf(noToken!, 1 - side).map(integers);
      const mirrored = yes.every(([priceE4, size], at) => {
        return no[at]?.[0] === PRICE_ONE_E4 - priceE4 && no[at][1] === size;
      });
      if (!mirrored || yes.length !== no.length) throw new Error(`${id}: the two books are no mirrors`);
      for (const [priceE4, size] of yes) visit(priceE4, size);
    },
  };
}

interface CcxtExchange {
  outcomes: Record<string, unknown>;
  outcomes_by_id: Record<string, unknown>;
  orderbooks: Record<string, { bids: FloatLevel[]; asks: FloatLevel[] }>;
  client(url: string): { onMessage(event: { data: string }): void };
}

interface Ccxt {
  readonly default: { readonly prediction: { readonly polymarket: new () => CcxtExchange } };
}

/** ccxt: its Polymarket exchange with its outcomes loaded; messages enter where its socket hands them over. */
async function ccxtEngine(workload: Workload): Promise<FrameEngine> {
  const { default: ccxt } = await loadPeer<Ccxt>('ccxt');
  const exchange = new ccxt.prediction.polymarket();
  exchange.outcomes = {};
  exchange.outcomes_by_id = {};
  for (const { id, yesToken, noToken } of workload.metas) {
    for (const [token, label] of [
      [yesToken, 'YES'],
      [noToken!, 'NO'],
    ] as const) {
      const outcome = { outcome: `${id}:${label}`, outcomeId: token, market: id, label };
      exchange.outcomes[outcome.outcome] = outcome;
      exchange.outcomes_by_id[token] = outcome;
    }
  }
  const client = exchange.client('wss://never.connected.invalid/ws/market');
  const outcomeOf = new Map(
    workload.metas.flatMap(({ id, yesToken, noToken }) => [
      [yesToken, `${id}:YES`],
      [noToken!, `${id}:NO`],
    ]),
  );
  return {
    onFrame: (frame) => client.onMessage({ data: frame.toString('latin1') }),
    levels: foldedLevels(workload, (token, side) => {
      const book = exchange.orderbooks[outcomeOf.get(token)!]!;
      return side === SIDE_BID ? book.bids : book.asks;
    }),
  };
}

interface PmxtLevel {
  readonly price: number;
  readonly size: number;
}

interface PmxtSocket {
  readonly orderBooks: Map<string, { bids: PmxtLevel[]; asks: PmxtLevel[] }>;
  handleBookSnapshot(event: unknown): void;
  handlePriceChange(event: unknown): void;
}

interface Pmxt {
  readonly default: { readonly PolymarketWebSocket: new (callApi: () => void) => PmxtSocket };
}

/** pmxt-core: the socket class of its Polymarket exchange; its feed library parses and hands the events to these. */
async function pmxtEngine(workload: Workload): Promise<FrameEngine> {
  const { default: pmxt } = await loadPeer<Pmxt>('pmxt-core/dist/exchanges/polymarket/websocket.js');
  const socket = new pmxt.PolymarketWebSocket(() => undefined);
  const onEvent = (event: { event_type: string }): void => {
    if (event.event_type === 'price_change') socket.handlePriceChange(event);
    else if (event.event_type === 'book') socket.handleBookSnapshot(event);
  };
  return {
    onFrame: (frame) => {
      const message = JSON.parse(frame.toString('latin1'));
      if (Array.isArray(message)) message.forEach(onEvent);
      else onEvent(message);
    },
    levels: foldedLevels(workload, (token, side) => {
      const { bids, asks } = socket.orderBooks.get(token)!;
      return (side === SIDE_BID ? bids : asks).map(({ price, size }) => [price, size]);
    }),
  };
}

function variant(name: string, workload: Workload, { onFrame, levels }: FrameEngine, note?: string): Variant {
  const { frames } = workload;
  return {
    name,
    ...(note === undefined ? {} : { note }),
    ...played({
      length: frames.length,
      step: FRAMES_PER_SAMPLE,
      play: (first) => {
        for (let index = first; index < first + FRAMES_PER_SAMPLE; index += 1) onFrame(frames[index]!);
      },
      books: { levels, truth: truthOf(workload) },
    }),
  };
}

/** `engine` with the opening snapshots taken. */
function opened(engine: FrameEngine, { snapshots }: Workload): FrameEngine {
  for (const snapshot of snapshots) engine.onFrame(snapshot);
  return engine;
}

export async function createPeersFrameSuite(workload: Workload): Promise<Suite> {
  const product = createProductPath({ ...workload, relations: [] });
  const careful = createCareful(workload.metas);
  const carefulEngine = opened({ onFrame: (frame) => careful.onFrame(frame), levels: careful }, workload);
  return {
    name: 'peers-frame',
    operation: 'message to readable book',
    variants: [
      variant('dutchbook', workload, { onFrame: product.frame, levels: product.levels }),
      variant('careful', workload, carefulEngine),
      variant('pmxt-core', workload, opened(await pmxtEngine(workload), workload), TWO_BOOKS),
      variant('ccxt', workload, opened(await ccxtEngine(workload), workload), TWO_BOOKS),
    ],
  };
}

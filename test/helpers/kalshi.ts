// Shared by the tests of Kalshi: keys, recorded tapes, a simulated venue over real sockets with an engine behind it, and
// an independent replay that says which books there have ever been.
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Books } from '../../engine/book/books.ts';
import { LiveClock } from '../../engine/core/clock.ts';
import type { DetectExports } from '../../engine/detect/detect.ts';
import type { CareOptions } from '../../engine/ingest/care.ts';
import type { DialTransport } from '../../engine/ingest/dial-contract.ts';
import type { DecodeExports } from '../../engine/ingest/frame-host.ts';
import { FrameIntake } from '../../engine/ingest/frames.ts';
import { IngestAgent } from '../../engine/ingest/ingest.ts';
import type { KalshiFeedSetup } from '../../engine/ingest/kalshi-contract.ts';
import type { KalshiRestSetup } from '../../engine/ingest/kalshi-rest.ts';
import { kalshiFeedSetups } from '../../engine/ingest/kalshi-shards.ts';
import { Counters } from '../../engine/memory/counters.ts';
import { uniformGrid } from '../../engine/venue/grid.ts';
import { Markets } from '../../engine/venue/markets.ts';
import { KalshiLists } from '../../engine/venue/sim/kalshi-lists.ts';
import type { KalshiTapeFrame } from '../../engine/venue/sim/kalshi-tape.ts';
import { KalshiVenue, type KalshiVenueInput } from '../../engine/venue/sim/kalshi-venue.ts';
import * as L from '../../wasm/layout.ts';
import { smallArena, wasmOver } from './arena.ts';
import { drainAll } from './records.ts';

export const KEY_ID = 'a952bcbe-ec3b-4b5b-b8f9-11dae589608c';
export const KEYS = generateKeyPairSync('rsa', {
  modulusLength: 2_048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});

export const FIRST = 'KXGOLD15M-26AUG101900-00';
export const SECOND = 'KXGOLD15M-26AUG102115-15';

function linesOf(file: string): string[] {
  return readFileSync(`test/fixtures/kalshi/${file}`, 'utf8').trimEnd().split('\n');
}

/** Exact texts of the first window, without the snapshot that empties it at its end. */
export const FIRST_TEXTS = linesOf('orderbook-channel.ndjson').slice(0, -1);
export const SECOND_TEXTS = linesOf('second-window.ndjson').map((line) => {
  const at = line.indexOf('"event":');
  return line.slice(at + '"event":'.length, -1);
});

const NS_PER_MESSAGE = 1e6;

/** Messages of both windows one by one, 1 ms apart. */
export function bothWindows(count = 500): KalshiTapeFrame[] {
  const texts: string[] = [];
  for (let at = 0; at < count; at += 1) texts.push(FIRST_TEXTS[at]!, SECOND_TEXTS[at]!);
  return texts.map((text, at) => ({ atNs: at * NS_PER_MESSAGE, text }));
}

type Levels = Map<string, Map<number, number>>;

/** A book as text: levels of both sides by price, sizes in hundredths. */
function bookText(levels: Levels): string {
  return ['yes', 'no']
    .map((side) => [...(levels.get(side) ?? [])].sort(([a], [b]) => a - b).map(([price, size]) => `${price}x${size}`))
    .join('|');
}

/** Replays texts with maps and numbers: every book each market has had, by market, and the last one. */
export function replayTexts(texts: readonly string[]): Map<string, { all: Set<string>; last: string }> {
  const books = new Map<string, Levels>();
  const seen = new Map<string, { all: Set<string>; last: string }>();
  const number = (text: string, factor: number): number => Math.round(Number(text) * factor);
  for (const text of texts) {
    const { type, msg } = JSON.parse(text);
    if (type === 'trade') continue;
    const book: Levels = type === 'orderbook_snapshot' ? new Map() : books.get(msg.market_ticker)!;
    for (const side of ['yes', 'no']) {
      const levels = book.get(side) ?? new Map<number, number>();
      book.set(side, levels);
      for (const [price, size] of msg[`${side}_dollars_fp`] ?? []) levels.set(number(price, 1e4), number(size, 100));
      if (type === 'orderbook_snapshot' || msg.side !== side) continue;
      const price = number(msg.price_dollars, 1e4);
      const size = (levels.get(price) ?? 0) + number(msg.delta_fp, 100);
      if (size > 0) levels.set(price, size);
      else levels.delete(price);
    }
    books.set(msg.market_ticker, book);
    const entry = seen.get(msg.market_ticker) ?? { all: new Set<string>(), last: '' };
    entry.last = bookText(book);
    entry.all.add(entry.last);
    seen.set(msg.market_ticker, entry);
  }
  return seen;
}

/** The engine's book of `market` as text, NO bids unfolded. */
export function engineText(books: Books, market: number): string {
  const levels: Levels = new Map([
    ['yes', new Map()],
    ['no', new Map()],
  ]);
  for (const [side, name] of [
    [L.SIDE_BID, 'yes'],
    [L.SIDE_ASK, 'no'],
  ] as const) {
    books.eachLevel(market, side, 1e6, (priceE4, sizeMicros) => {
      levels.get(name)!.set(name === 'yes' ? priceE4 : 10_000 - priceE4, sizeMicros / 1e4);
      return true;
    });
  }
  return bookText(levels);
}

/** Redials fast. A pong has its time even on a loaded machine: a connection cut for a late one would hide what is tested. */
export const QUICK_CARE: CareOptions = {
  ...{ backoffMsMin: 5, backoffMsMax: 20, reconnectAttemptsMax: 0, reconnectsPerMinute: 600 },
  ...{ pingMs: 60, pongMs: 10_000, idleMs: 0, openMs: 5_000, failuresToPoll: 5, canPoll: false },
};
/** Faults are left to the feed's questions alone. */
const PATIENT = { resyncAfterMs: 600_000, resyncEveryMs: 600_000, firstBookMs: 600_000 };

export interface KalshiRigOptions {
  readonly venue?: Partial<KalshiVenueInput>;
  readonly feed?: Partial<KalshiFeedSetup>;
  readonly transport?: DialTransport;
  /** A lost stream is polled, that many books a question. */
  readonly poll?: { readonly booksPerRequest: number };
  /** False: numbers are not checked. */
  readonly seqScopeFull?: boolean;
  /** One connection for both markets though they belong to two detectors; or one for each. */
  readonly detectors?: { readonly shared: boolean };
}

const DUTY_CYCLE_MS = 2;
const REAL_MS_MAX = 15_000;

function restSetup(url: string, booksPerRequest: number): KalshiRestSetup {
  const pace = { connections: 2, requestsPerSecond: 1_000, deadlineMs: 5_000, connectMs: 5_000 };
  const more = {
    userAgent: 'test',
    warmPath: '/exchange/status',
    answerBytesMax: 1 << 20,
    attemptsMax: 1,
    retryMs: 20,
  };
  return { pollMs: 20, booksPerRequest, rest: { url, ...pace, ...more } };
}

/** An arena with both markets and the detectors that own them. */
function createEngine(detectors: number, seqScopeFull: boolean) {
  const arena = smallArena({ receiveSlices: 2, receiveBytes: 65_536, detectors });
  const markets = new Markets(arena);
  for (const [at, ticker] of [FIRST, SECOND].entries()) {
    const meta = { id: `kalshi:${ticker}`, venue: 'kalshi' as const, yesToken: ticker, tickRanges: uniformGrid(100) };
    markets.register(meta, at % detectors);
  }
  const drains = Array.from({ length: detectors }, (_, at) => wasmOver<DetectExports>(arena, at + 1));
  for (const detector of drains) {
    detector.setSeqScope(seqScopeFull ? 1 : 0);
    detector.openBooks();
  }
  return { arena, markets, drains };
}

/** A simulated venue with both windows, and an engine on one thread that keeps their books. */
export async function startKalshi(options: KalshiRigOptions = {}) {
  const { venue: more = {}, feed = {}, transport = 'native', seqScopeFull = true, detectors, poll } = options;
  const frames = [...(more.frames ?? bothWindows())];
  const venue = new KalshiVenue({
    ...{ keyId: KEY_ID, publicKeyPem: KEYS.publicKey, lists: new KalshiLists(), faults: [], speed: 1 },
    ...more,
    frames,
  });
  await venue.open();
  const { arena, markets, drains } = createEngine(detectors === undefined ? 1 : 2, seqScopeFull);
  const [books, clock] = [new Books(arena), new LiveClock()];
  const counters = new Counters(arena, 0);
  const exports = wasmOver<DecodeExports>(arena, 0);
  const intake = new FrameIntake({ arena, exports, markets, counters, clock, policy: 'live', registerUnknown: false });
  const common = {
    ...{ url: venue.url, transport, keyId: KEY_ID, privateKeyPem: KEYS.privateKey },
    ...{
      maxFrameBytes: 1 << 18,
      care: { ...QUICK_CARE, canPoll: poll !== undefined },
      resync: PATIENT,
      snapshots: { probeMs: 60_000, answerMs: 2_000 },
    },
  };
  const ownDetector = (ticker: string): number => (detectors?.shared === false && ticker === SECOND ? 1 : 0);
  const setups = kalshiFeedSetups([FIRST, SECOND], ownDetector, common, 0).map((setup) => ({ ...setup, ...feed }));
  const truth = replayTexts(frames.map(({ text }) => text));
  const states: string[][] = [[], []];
  const wrong: string[] = [];
  const onFrame = (): void => {
    for (const detector of drains) drainAll(detector);
    for (const [market, ticker] of [FIRST, SECOND].entries()) {
      const state = books.stateName(market);
      if (states[market]!.at(-1) !== state) states[market]!.push(state);
      // Tradable, and a book that the market never had: what must not be.
      if (state === 'SYNCED' && truth.get(ticker)?.all.has(engineText(books, market)) === false) wrong.push(ticker);
    }
  };
  const kalshiRest = poll === undefined ? undefined : restSetup(venue.restUrl, poll.booksPerRequest);
  const agent = new IngestAgent({ outbound: [], kalshi: setups, kalshiRest, seed: 1 }, intake, clock, onFrame);
  await agent.open();
  const until = async (holds: () => boolean, what: string): Promise<void> => {
    const deadline = performance.now() + REAL_MS_MAX;
    while (!holds()) {
      if (performance.now() > deadline) throw new Error(`not in ${REAL_MS_MAX} ms: ${what}; ${JSON.stringify(states)}`);
      agent.doWork(clock.nowNs());
      onFrame();
      await new Promise((resolve) => setTimeout(resolve, DUTY_CYCLE_MS));
    }
  };
  return {
    ...{ venue, agent, feed: agent.kalshi[0]!, books, counters, arena, states, wrong, until, clock },
    ...{ detector: new Counters(arena, 1), secondDetector: new Counters(arena, detectors === undefined ? 1 : 2) },
    /** Both books are tradable and equal the end of the tape. */
    isWhole: (): boolean =>
      [FIRST, SECOND].every(
        (ticker, market) =>
          books.stateName(market) === 'SYNCED' && engineText(books, market) === truth.get(ticker)?.last,
      ),
    close: async (): Promise<void> => {
      await agent.close();
      await venue.close();
    },
  };
}

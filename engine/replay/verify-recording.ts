// Verifies one recording: plays its records through the engine's books, hands what they state to the evidence, and keeps
// times. Main thread; cold path.
import * as L from '../../wasm/layout.ts';
import { knownMarkets } from '../config/known-markets.ts';
import type { Config } from '../config/schema.ts';
import { sizeText } from '../core/units.ts';
import { readNote } from '../ingest/notes.ts';
import type { Fault, Received } from '../integrity/contract.ts';
import { Evidence } from '../integrity/evidence.ts';
import { FeedTime, type TimeLimits } from '../integrity/feed-time.ts';
import { NaiveBot } from '../integrity/naive-bot.ts';
import { termsOfMeta } from '../integrity/terms.ts';
import type { Check, Verdict } from '../integrity/verdicts.ts';
import { REJECT_NAMES } from '../memory/counters.ts';
import type { VerifiedMarket, VerifiedRecording } from '../observe/verify-facts.ts';
import { jsonFromBytes } from '../venue/json.ts';
import { kalshiStatements } from '../venue/kalshi/statements.ts';
import { polymarketStatements } from '../venue/polymarket/statements.ts';
import type { Statement } from '../venue/statements.ts';
import { BookEngine } from './book-engine.ts';
import { changedSegments, damageText, RecordingReader } from './recording.ts';
import { RECORD_CONTROL, RECORD_REST, RECORD_TEXT } from './segment.ts';
import { RestProbe } from './verify-rest.ts';

const FAULTS_NAMED_MAX = 100;
const REJECTED_LINES_NAMED_MAX = 3;
const NS_PER_MS = 1e6;
const MARKET_NAMES = /"(market|market_ticker)"\s*:\s*"([^"\\]{1,112})"/g;

/** Hashes of one price change: how many were stated and how many held. */
interface DeltaTally {
  stated: number;
  verified: number;
}

/** Follows one recording record by record. */
export class RecordingVerifier {
  readonly #reader: RecordingReader;
  readonly #engine: BookEngine;
  readonly #evidence: Evidence;
  readonly #time: FeedTime;
  readonly #probe: RestProbe;
  readonly #naive: NaiveBot;
  readonly #faults: Fault[] = [];
  readonly #damage: string[] = [];
  /** Price changes whose hashes are not judged yet, by message. */
  readonly #deltas = new Map<number, DeltaTally>();
  #deltaFrames = 0;
  #deltaFramesVerified = 0;
  /** Last venue time and number of them, by market id. */
  readonly #batches = new Map<string, { venueMs: number; count: number }>();
  readonly #titles: ReadonlyMap<string, string>;
  #message = 0;
  #frames = 0;
  #restAnswers = 0;
  #recvNs = 0;

  /** Opens the recording in folder `path`. Throws ManifestError, SegmentError, and RangeError for capacities. */
  constructor(path: string, config: Config) {
    this.#reader = new RecordingReader(path);
    const { manifest } = this.#reader;
    this.#damage.push(...changedSegments(path).map((file) => `${file}: its bytes are not those the manifest digested`));
    if (manifest.rejected.lines > 0) this.#damage.push(rejectedText(manifest.rejected));
    const known = knownMarkets(manifest, config);
    const filtered = manifest.segments.some(({ seqScope }) => seqScope === 'marketFiltered');
    const seqScope = filtered ? 'marketFiltered' : 'full';
    this.#engine = new BookEngine(config, known, seqScope);
    this.#probe = new RestProbe(config, known);
    const { markets, baskets } = this.#engine.foundation;
    this.#naive = new NaiveBot(markets);
    this.#evidence = new Evidence({
      ...{ books: this.#engine.books, markets, options: config.integrity, seqScope },
      onFault: (fault) => this.#noteFault(fault),
      onVerdict: (check, verdict, received) => this.#noteVerdict(check, verdict, received),
    });
    const legs = baskets.map((basket) => basket.legs.map(({ marketId }) => markets.indexOf(marketId)!));
    this.#time = new FeedTime(this.#engine.books, limitsOf(config), legs);
    this.#titles = new Map(known.markets.map(({ id, title }) => [id, title ?? '']));
    for (const { id, tickRanges, minSizeMicros, negRisk } of known.markets) {
      const minSize = minSizeMicros === undefined ? undefined : sizeText(minSizeMicros);
      this.#evidence.stateTerms(id, termsOfMeta(tickRanges, minSize, negRisk));
    }
  }

  /** Records taken so far, and how many the manifest lists. */
  get progress(): { readonly done: number; readonly total: number; readonly frames: number } {
    return { done: this.#message, total: this.#reader.total, frames: this.#frames };
  }

  /** Takes one record; false at the end, or where the recording cannot be read on. */
  next(): boolean {
    if (!this.#reader.nextUndamaged(this.#damage)) return false;
    const { current } = this.#reader;
    this.#message += 1;
    this.#recvNs = current.recvNs;
    const received = { connection: current.connection, recvNs: current.recvNs, message: this.#message };
    this.#time.advance(current.recvNs);
    if (current.flags === RECORD_REST) this.#takeAnswer(current.message(), received);
    if (current.flags === RECORD_TEXT) this.#takeFrame(current.message(), current.info.venue === 'kalshi', received);
    if (current.flags === RECORD_CONTROL) this.#takeNote(current.message(), received);
    return true;
  }

  /** What was found; to be called once, after the last record. */
  finish(name: string): VerifiedRecording {
    this.#evidence.end();
    this.#time.end();
    this.#damage.push(...this.#reader.damage().map(damageText));
    this.#reader.close();
    const { baskets } = this.#engine.foundation;
    return {
      ...{ recording: name, frames: this.#frames, restAnswers: this.#restAnswers, recordedNs: this.#recvNs },
      markets: this.#marketIds().map((id) => this.#marketOf(id)),
      baskets: baskets.map(({ id }, basket) => ({ id, tradableNs: this.#time.basketTradableNs(basket) })),
      ...{ deltaFrames: this.#deltaFrames, deltaFramesVerified: this.#deltaFramesVerified },
      ...{ faults: this.#faults, damage: this.#damage },
      engine: {
        topMismatched: this.#engine.counter(L.COUNTER_TOP_MISMATCHED),
        mirrorMismatched: this.#engine.counter(L.COUNTER_MIRROR_MISMATCHED),
        framesRejected: this.#engine.counter(L.COUNTER_FRAMES_REJECTED),
        phantoms: this.#engine.counter(L.COUNTER_PHANTOMS),
      },
    };
  }

  #takeFrame(bytes: Buffer, isKalshi: boolean, received: Received): void {
    this.#frames += 1;
    const venue = isKalshi ? L.VENUE_KALSHI : L.VENUE_POLYMARKET;
    const answer = this.#engine.accept(bytes, venue, received.connection, received.recvNs);
    const text = bytes.toString('utf8');
    if (answer <= -L.DECODE_REJECT_BASE) {
      const reason = REJECT_NAMES[-answer - L.DECODE_REJECT_BASE] ?? 'unreadable';
      this.#evidence.refused(marketsNamed(text, isKalshi), reason, received);
      this.#timeMessage([], received);
      return;
    }
    const value: unknown = answer === L.DECODE_IGNORED ? undefined : JSON.parse(text);
    const statements = isKalshi ? kalshiStatements(value) : polymarketStatements(value);
    this.#timeMessage(statements, received);
    this.#tally(statements);
    this.#evidence.message(statements, received);
    this.#naive.take(statements);
  }

  /** What its recorder noted: after a loss nothing of the connection, or of any, is proved until it is stated anew. */
  #takeNote(bytes: Buffer, { connection, recvNs, message }: Received): void {
    const note = readNote(bytes);
    if (note === undefined) return;
    if (note.recorder === 'connectionLost') this.#evidence.disconnected(connection);
    if (note.recorder === 'gap') this.#evidence.end();
    this.#engine.note(note, connection, recvNs);
    if (note.recorder === 'gap') this.#damage.push(`record ${message}: ${note.framesLost} frames were not recorded`);
  }

  #timeMessage(statements: readonly Statement[], { connection }: Received): void {
    const { markets } = this.#engine.foundation;
    const indexes = new Set<number>();
    for (const { kind, marketId } of statements) {
      const index = markets.indexOf(marketId);
      if (index === undefined) continue;
      indexes.add(index);
      if (kind === 'ws') this.#time.trust(index, true);
      if (kind !== 'trade' && kind !== 'tick') this.#noteBatch(marketId, this.#engine.books.venueMs(index));
    }
    this.#time.message([...indexes], connection);
  }

  #noteBatch(marketId: string, venueMs: number): void {
    const batch = this.#batches.get(marketId) ?? { venueMs: -1, count: 0 };
    if (batch.venueMs !== venueMs) batch.count += 1;
    batch.venueMs = venueMs;
    this.#batches.set(marketId, batch);
  }

  #tally(statements: readonly Statement[]): void {
    const stated = statements.filter((statement) => statement.kind === 'delta' && statement.hash !== '').length;
    if (stated === 0) return;
    this.#deltaFrames += 1;
    this.#deltas.set(this.#message, { stated, verified: 0 });
  }

  #takeAnswer(bytes: Buffer, received: Received): void {
    this.#restAnswers += 1;
    const { books, foundation } = this.#engine;
    const json = jsonFromBytes(bytes);
    if ('fault' in json) {
      this.#damage.push(`record ${received.message}: a REST answer that is not JSON (${json.fault})`);
      this.#evidence.refused(marketsNamed(bytes.toString('utf8'), false), json.fault, received);
      return;
    }
    for (const { statement, held, sides } of this.#probe.books(json.value, received.recvNs)) {
      const index = foundation.markets.indexOf(statement.marketId);
      const agrees =
        index !== undefined &&
        books.venueMs(index) === statement.venueMs &&
        books.canonicalSide(index, L.SIDE_BID) === sides[0] &&
        books.canonicalSide(index, L.SIDE_ASK) === sides[1];
      this.#evidence.answer(statement, held, agrees, received);
    }
  }

  #noteFault(fault: Fault): void {
    if (this.#faults.length < FAULTS_NAMED_MAX) this.#faults.push(fault);
    const index = this.#engine.foundation.markets.indexOf(fault.marketId);
    if (index !== undefined && fault.check !== 'hashRest') this.#time.trust(index, false);
  }

  #noteVerdict(check: Check, verdict: Verdict, { message }: Received): void {
    const tally = this.#deltas.get(message);
    if (check !== 'hashDelta' || tally === undefined) return;
    if (verdict === 'verified') tally.verified += 1;
    if (tally.verified === tally.stated) this.#deltaFramesVerified += 1;
    if (verdict !== 'verified' || tally.verified === tally.stated) this.#deltas.delete(message);
  }

  #marketIds(): string[] {
    return [...new Set([...this.#titles.keys(), ...this.#evidence.marketIds(), ...this.#batches.keys()])].sort();
  }

  #marketOf(id: string): VerifiedMarket {
    const index = this.#engine.foundation.markets.indexOf(id);
    return {
      ...{ id, title: this.#titles.get(id) ?? '', evidence: this.#evidence.countsOf(id) },
      times: index === undefined ? NO_TIMES : this.#time.timesOf(index),
      venueBatches: this.#batches.get(id)?.count ?? 0,
      naiveTrades: this.#naive.tradesOf(id),
      state: index === undefined ? 'EMPTY' : this.#engine.books.stateName(index),
    };
  }
}

const NO_TIMES = { messages: 0, gaps: 0, silences: 0, silenceNsMax: 0, syncedNs: 0, tradableNs: 0 };

function limitsOf({ breaker, integrity }: Config): TimeLimits {
  return {
    dataAgeNs: breaker.dataAgeMs * NS_PER_MS,
    verifiedAgeNs: breaker.verifiedAgeMs * NS_PER_MS,
    silenceNs: integrity.silenceMs * NS_PER_MS,
  };
}

/** Markets a text names that may not even be JSON. */
function marketsNamed(text: string, isKalshi: boolean): string[] {
  const venue = isKalshi ? 'kalshi' : 'polymarket';
  return [...new Set([...text.matchAll(MARKET_NAMES)].map(([, , key]) => `${venue}:${key}`))];
}

function rejectedText({ lines, first }: RecordingReader['manifest']['rejected']): string {
  const named = first.slice(0, REJECTED_LINES_NAMED_MAX).map(({ line, reason }) => `line ${line}: ${reason}`);
  return `${lines} lines of the captured input were refused (${named.join('; ')})`;
}

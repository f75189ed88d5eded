// Scans one recording: plays its records through the engine's books and baskets, follows the opportunities the detector
// tells, and sends nothing. Main thread; cold path.
import * as L from '../../wasm/layout.ts';
import { knownMarkets } from '../config/known-markets.ts';
import type { Config } from '../config/schema.ts';
import { type Life, Lives } from '../execute/lives.ts';
import { annualBpsRoundedDown, lockMsOf } from '../execute/returns.ts';
import { type Opportunity, takeOpportunity } from '../execute/take.ts';
import { readNote } from '../ingest/notes.ts';
import { NaiveBot } from '../integrity/naive-bot.ts';
import { Ring } from '../memory/ring.ts';
import type { ScannedLife, ScannedRecording } from '../observe/scan-facts.ts';
import { kalshiStatements } from '../venue/kalshi/statements.ts';
import { polymarketStatements } from '../venue/polymarket/statements.ts';
import { BookEngine } from './book-engine.ts';
import { changedSegments, damageText, RecordingReader } from './recording.ts';
import { BasketLooks, type GateAges, isTooOld } from './scan-basket.ts';
import { RECORD_CONTROL, RECORD_TEXT } from './segment.ts';
import { type JudgedBasket, judgedBaskets } from './standing.ts';

const NS_PER_MS = 1e6;

/** Follows one recording record by record. */
export class RecordingScanner {
  readonly #reader: RecordingReader;
  readonly #engine: BookEngine;
  readonly #ring: Ring;
  readonly #naive: NaiveBot;
  readonly #lives: Lives;
  readonly #ages: GateAges;
  readonly #judgedBaskets: readonly JudgedBasket[];
  readonly #relationsLeftOut: number;
  readonly #looks: readonly BasketLooks[];
  readonly #looksByMarket = new Map<number, BasketLooks[]>();
  readonly #found: ScannedLife[] = [];
  /** Baskets that had an opportunity on a book too old for the gate, by when it was told. */
  readonly #tooOld = new Set<string>();
  readonly #seen = new Set<number>();
  readonly #damage: string[];
  #records = 0;
  #frames = 0;
  #recvNs = 0;

  /** Opens the recording in folder `path`. Throws ManifestError, SegmentError, and RangeError for capacities. */
  constructor(path: string, config: Config) {
    this.#reader = new RecordingReader(path);
    const { manifest } = this.#reader;
    this.#damage = changedSegments(path).map((file) => `${file}: its bytes are not those the manifest digested`);
    const { markets, relations } = knownMarkets(manifest, config);
    const known = new Set(markets.map(({ id }) => id));
    const usable = relations.filter((relation) => relation.markets.every((id) => known.has(id)));
    this.#relationsLeftOut = relations.length - usable.length;
    const { basketsPerGroupMax } = config.detect;
    this.#judgedBaskets = judgedBaskets(usable, { metas: markets, basketsPerGroupMax, room: config.arena });
    const filtered = manifest.segments.some(({ seqScope }) => seqScope === 'marketFiltered');
    const seqScope = filtered ? 'marketFiltered' : 'full';
    this.#engine = new BookEngine(
      config,
      { markets, relations: usable, baskets: this.#judgedBaskets.map(({ basket }) => basket) },
      seqScope,
    );
    const { arena, baskets, markets: table } = this.#engine.foundation;
    this.#ring = new Ring(arena, arena.at(L.REGION_OPPORTUNITY_RINGS, 0));
    this.#naive = new NaiveBot(table);
    this.#ages = {
      dataAgeNs: config.breaker.dataAgeMs * NS_PER_MS,
      verifiedAgeNs: config.breaker.verifiedAgeMs * NS_PER_MS,
    };
    this.#lives = new Lives({
      flickerNs: config.detect.flickerMs * NS_PER_MS,
      onLife: (life) => this.#found.push(this.#judged(life)),
    });
    this.#looks = baskets.map((basket, index) => {
      const legs = basket.legs.map(({ marketId }) => table.indexOf(marketId)!);
      return new BasketLooks(arena, this.#engine.books, basket, index, legs);
    });
    for (const looks of this.#looks) {
      for (const market of looks.markets) this.#looksByMarket.set(market, [...this.#looksOf(market), looks]);
    }
  }

  /** Records taken so far, and how many the manifest lists. */
  get progress(): { readonly done: number; readonly total: number; readonly frames: number } {
    return { done: this.#records, total: this.#reader.total, frames: this.#frames };
  }

  /** Takes one record; false at the end, or where the recording cannot be read on. */
  next(): boolean {
    if (!this.#reader.nextUndamaged(this.#damage)) return false;
    const { current } = this.#reader;
    this.#records += 1;
    // Everything told before this record is older: what is due by now can be judged.
    if (current.recvNs > this.#recvNs) this.#lives.advance(this.#recvNs);
    this.#recvNs = current.recvNs;
    if (current.flags === RECORD_TEXT) this.#takeFrame(current.message(), current.info.venue === 'kalshi');
    if (current.flags === RECORD_CONTROL) this.#takeNote(current.message());
    this.#takeOpportunities();
    return true;
  }

  /** What was found; to be called once, after the last record. */
  finish(name: string): ScannedRecording {
    this.#lives.end(this.#recvNs);
    this.#damage.push(...this.#reader.damage().map(damageText));
    this.#reader.close();
    const { markets } = this.#engine.foundation;
    const ids = Array.from({ length: markets.count }, (_, index) => markets.idOf(index));
    return {
      ...{ recording: name, frames: this.#frames, recordedNs: this.#recvNs, markets: this.#seen.size },
      relationsLeftOut: this.#relationsLeftOut,
      baskets: this.#looks.map((looks, index) => looks.result(this.#judgedBaskets[index]!)),
      lives: this.#found,
      opportunitiesDropped: this.#engine.counter(L.COUNTER_OPPORTUNITIES_DROPPED),
      framesRejected: this.#engine.counter(L.COUNTER_FRAMES_REJECTED),
      phantoms: this.#engine.counter(L.COUNTER_PHANTOMS),
      naiveTrades: ids.reduce((sum, id) => sum + this.#naive.tradesOf(id), 0),
      damage: this.#damage,
    };
  }

  #takeFrame(bytes: Buffer, isKalshi: boolean): void {
    this.#frames += 1;
    const venue = isKalshi ? L.VENUE_KALSHI : L.VENUE_POLYMARKET;
    const answer = this.#engine.accept(bytes, venue, this.#reader.current.connection, this.#recvNs);
    if (answer <= L.DECODE_IGNORED) return;
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    const statements = isKalshi ? kalshiStatements(value) : polymarketStatements(value);
    this.#naive.take(statements);
    const { markets } = this.#engine.foundation;
    const touched = new Set(statements.map(({ marketId }) => markets.indexOf(marketId)));
    for (const market of touched) {
      if (market === undefined) continue;
      this.#seen.add(market);
      for (const looks of this.#looksOf(market)) looks.look(this.#recvNs, this.#ages);
    }
  }

  #takeNote(bytes: Buffer): void {
    const note = readNote(bytes);
    if (note === undefined) return;
    this.#engine.note(note, this.#reader.current.connection, this.#recvNs);
    if (note.recorder === 'gap')
      this.#damage.push(`record ${this.#records}: ${note.framesLost} frames were not recorded`);
  }

  #takeOpportunities(): void {
    const { arena } = this.#engine.foundation;
    for (;;) {
      const found = takeOpportunity(arena, this.#ring, (gone) => this.#lives.gone(gone.basketIndex, gone.recvNs));
      if (found === undefined) return;
      this.#noteAges(found);
      this.#lives.tell(found);
    }
  }

  #noteAges({ basketIndex, recvNs, legs }: Opportunity): void {
    const { books } = this.#engine;
    const isOld = legs.some(({ marketIndex }) => isTooOld(books, marketIndex, this.#recvNs, this.#ages));
    if (isOld) this.#tooOld.add(`${basketIndex} ${recvNs}`);
  }

  #judged(life: Life): ScannedLife {
    const { basketIndex, recvNs, edgeMicros, costMicros, feeMicros } = life;
    const ends = this.#looks[basketIndex]!.markets.map((market) => this.#engine.foundation.facts.endMsOf(market));
    const lockMs = lockMsOf(ends, this.#reader.manifest.startWallMs + recvNs / NS_PER_MS);
    const annualBps = annualBpsRoundedDown(edgeMicros, costMicros + feeMicros, lockMs);
    return { ...life, tooOld: this.#tooOld.has(`${basketIndex} ${recvNs}`), lockMs, annualBps };
  }

  #looksOf(market: number): BasketLooks[] {
    return this.#looksByMarket.get(market) ?? [];
  }
}

// The books of a Kalshi connection that is to take another's place, held back until they are whole: snapshots and the changes
// since, added up, so that they are published as one snapshot each at the moment they count. Ingest thread; knows no
// socket and publishes nothing. Memory is bounded by the markets subscribed and by what is held of their lives.
import { priceE4FromText, sizeMicrosFromText, textFromScaled } from '../core/units.ts';
import { isJsonObject, type JsonObject, type JsonValue, member } from '../venue/json.ts';

/** Messages about markets' lives that are held at most; with more it is given up. */
export const LIVES_HELD_MAX = 1_000;

type Side = 'yes' | 'no';
type Levels = Map<number, number>;
type Sides = Readonly<Record<Side, Levels>>;

export class KalshiHeld {
  readonly #books = new Map<string, Sides>();
  #sid: number | undefined;
  #seq = 0;
  /** Why it can take nobody's place; '' while it can. */
  fault = '';
  /** Messages about markets' lives, in their order. */
  readonly lives: Uint8Array[] = [];

  /** Number of the last message of the books' subscription; 0 before the first. */
  get seq(): number {
    return this.#seq;
  }

  has(ticker: string): boolean {
    return this.#books.has(ticker);
  }

  /** Takes a message of the stream; one that is about no book changes nothing. */
  take(message: JsonValue): void {
    if (!isJsonObject(message)) return;
    const [type, sid, seq, msg] = ['type', 'sid', 'seq', 'msg'].map((key) => member(message, key));
    if (type !== 'orderbook_snapshot' && type !== 'orderbook_delta') return;
    if (typeof sid !== 'number' || typeof seq !== 'number' || msg === undefined || !isJsonObject(msg)) {
      this.fault = 'unreadable';
      return;
    }
    this.#sid ??= sid;
    if (sid !== this.#sid || (this.#seq !== 0 && seq !== this.#seq + 1)) this.fault = 'gap';
    this.#seq = seq;
    const ticker = String(member(msg, 'market_ticker'));
    if (type === 'orderbook_snapshot') this.#open(ticker, msg);
    else this.#change(ticker, msg);
  }

  /** An answer took number `seq` of subscription `sid`. */
  passNumber(sid: number, seq: number): void {
    if (sid === this.#sid && seq === this.#seq + 1) this.#seq = seq;
  }

  holdLife(bytes: Uint8Array): void {
    if (this.lives.length >= LIVES_HELD_MAX) this.fault = 'overflow';
    // A copy: a socket's memory is written over by its next read.
    else this.lives.push(Uint8Array.from(bytes));
  }

  /**
   * The books of `tickers` that are here, a snapshot each, under the last numbers of the subscription: what the stream
   * sends next has the number that follows.
   */
  snapshots(tickers: readonly string[]): string[] {
    const own = tickers.filter((ticker) => this.#books.has(ticker));
    return own.map((ticker, at) => {
      const { yes, no } = this.#books.get(ticker)!;
      const sides = {
        ...(yes.size === 0 ? {} : { yes_dollars_fp: textsOf(yes) }),
        ...(no.size === 0 ? {} : { no_dollars_fp: textsOf(no) }),
      };
      const msg = { market_ticker: ticker, market_id: '', ...sides };
      const seq = this.#seq - own.length + 1 + at;
      return JSON.stringify({ type: 'orderbook_snapshot', sid: this.#sid, seq, msg });
    });
  }

  #open(ticker: string, msg: JsonObject): void {
    const [yes, no] = [levelsOf(member(msg, 'yes_dollars_fp')), levelsOf(member(msg, 'no_dollars_fp'))];
    if (yes === undefined || no === undefined) this.fault = 'unreadable';
    else this.#books.set(ticker, { yes, no });
  }

  /** A change that comes before its market's snapshot is in it. */
  #change(ticker: string, msg: JsonObject): void {
    const book = this.#books.get(ticker);
    if (book === undefined) return;
    const [side, text] = [member(msg, 'side'), String(member(msg, 'delta_fp'))];
    const priceE4 = priceE4FromText(String(member(msg, 'price_dollars')));
    const magnitude = sizeMicrosFromText(text.replace(/^-/, ''));
    if ((side !== 'yes' && side !== 'no') || priceE4 === undefined || magnitude === undefined) {
      this.fault = 'unreadable';
      return;
    }
    const size = (book[side].get(priceE4) ?? 0) + (text.startsWith('-') ? -magnitude : magnitude);
    if (size < 0) this.fault = 'belowZero';
    if (size > 0) book[side].set(priceE4, size);
    else book[side].delete(priceE4);
  }
}

/** An absent side has no levels; undefined when one cannot be read. */
function levelsOf(value: JsonValue | undefined): Levels | undefined {
  const levels: Levels = new Map();
  if (value === undefined) return levels;
  if (!Array.isArray(value)) return undefined;
  for (const level of value) {
    const [price, size] = Array.isArray(level) ? level : [];
    const [priceE4, sizeMicros] = [priceE4FromText(String(price)), sizeMicrosFromText(String(size))];
    if (priceE4 === undefined || sizeMicros === undefined) return undefined;
    if (sizeMicros > 0) levels.set(priceE4, sizeMicros);
  }
  return levels;
}

function textsOf(levels: Levels): (readonly [price: string, size: string])[] {
  return [...levels]
    .sort(([a], [b]) => a - b)
    .map(([price, size]) => [textFromScaled(price, 4), textFromScaled(size, 6)]);
}

// The book chain and book dumps of a recorded tape, computed from the original file with JSON.parse and Maps alone.
// Shares no code with the engine: it is what the engine's chain is checked against.
//
//   node test/independent/book-chain.mjs <tape[.gz]> [--markets F] [--at-frame N[,N…]] [--dump F]
//
// Prints {"frames", "chain"}. The format is told from the file: Kalshi lines {recv_ms, event}, recorder lines
// {source, payload}, or a JSON array of Polymarket messages. `--markets` (or markets.jsonl beside the tape) says which
// token is YES; without it the first token seen of a condition is.
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { createGunzip } from 'node:zlib';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { markets: { type: 'string' }, 'at-frame': { type: 'string' }, dump: { type: 'string' } },
});
const [tape] = positionals;
if (tape === undefined) {
  console.error('usage: book-chain.mjs <tape> [--markets F] [--at-frame N,N] [--dump F]');
  process.exit(2);
}

// market id -> { bids: Map priceE4 -> micros, asks, seen, yes }
const books = new Map();
const yesTokens = readYesTokens();
const wanted = new Set((options['at-frame'] ?? '').split(',').filter(Boolean).map(Number));
const dumps = {};
let chain = Buffer.alloc(32);
let frames = 0;

await readTape();
if (options.dump !== undefined) writeFileSync(options.dump, JSON.stringify(wanted.size > 0 ? dumps : allBooks()));
console.log(JSON.stringify({ frames, chain: chain.toString('hex') }));

function bookOf(id) {
  if (!books.has(id)) books.set(id, { bids: new Map(), asks: new Map(), seen: false, yes: undefined });
  return books.get(id);
}

// ---- numbers: integers, so that 1 - p is exact --------------------------------------------------------------------
function scaled(text, digits) {
  const negative = text.startsWith('-');
  const [whole, fraction = ''] = (negative ? text.slice(1) : text).split('.');
  const value = BigInt(whole + fraction.padEnd(digits, '0').slice(0, digits));
  if (/[1-9]/.test(fraction.slice(digits))) throw new Error(`${text} has more than ${digits} decimals`);
  return negative ? -value : value;
}
function priceOf(text) {
  return Number(scaled(text, 4));
}
function sizeOf(text) {
  return scaled(text, 6);
}

function decimal(value, digits) {
  const text = String(value).padStart(digits + 1, '0');
  const fraction = text.slice(-digits).replace(/0+$/, '');
  return fraction === '' ? text.slice(0, -digits) : `${text.slice(0, -digits)}.${fraction}`;
}

function levels(side, bestFirst) {
  return [...side]
    .sort(([a], [b]) => bestFirst * (a - b))
    .map(([price, size]) => [decimal(price, 4), decimal(size, 6)]);
}
function bidsOf(book) {
  return levels(book.bids, -1);
}
function asksOf(book) {
  return levels(book.asks, 1);
}

// ---- frames -------------------------------------------------------------------------------------------------------
function endOfFrame(touched) {
  frames += 1;
  for (const id of touched) {
    const book = books.get(id);
    const side = (list) => list.map(([price, size]) => `${price} ${size}`).join(',');
    const text = `${id}\n${side(bidsOf(book))}\n${side(asksOf(book))}\n`;
    chain = createHash('sha256').update(chain).update(text, 'utf8').digest();
  }
  if (wanted.has(frames)) dumps[frames] = allBooks();
}

function allBooks() {
  const ids = [...books.keys()].filter((id) => books.get(id).seen).sort();
  return Object.fromEntries(
    ids.map((id) => {
      const book = books.get(id);
      const yesToken = book.yes === undefined ? {} : { yesToken: book.yes };
      return [id, { ...yesToken, bids: bidsOf(book), asks: asksOf(book) }];
    }),
  );
}

function setLevel(side, price, size) {
  if (size > 0n) side.set(price, size);
  else side.delete(price);
}

// ---- Kalshi -------------------------------------------------------------------------------------------------------
function kalshiFrame({ type, msg }) {
  const touched = new Set();
  const id = `kalshi:${msg?.market_ticker}`;
  if (type === 'orderbook_snapshot') {
    const book = bookOf(id);
    book.seen = true;
    book.bids.clear();
    book.asks.clear();
    for (const [price, size] of msg.yes_dollars_fp ?? []) setLevel(book.bids, priceOf(price), sizeOf(size));
    for (const [price, size] of msg.no_dollars_fp ?? []) setLevel(book.asks, 10000 - priceOf(price), sizeOf(size));
    touched.add(id);
  } else if (type === 'orderbook_delta' && books.get(id)?.seen) {
    const book = bookOf(id);
    const yes = msg.side === 'yes';
    const price = yes ? priceOf(msg.price_dollars) : 10000 - priceOf(msg.price_dollars);
    const side = yes ? book.bids : book.asks;
    setLevel(side, price, (side.get(price) ?? 0n) + sizeOf(msg.delta_fp));
    touched.add(id);
  }
  endOfFrame(touched);
}

// ---- Polymarket ---------------------------------------------------------------------------------------------------
function viewOf(market, token) {
  const book = bookOf(`polymarket:${market}`);
  book.yes ??= yesTokens.get(market) ?? token;
  return { book, id: `polymarket:${market}`, yes: book.yes === token };
}

function polymarketFrame(message) {
  const touched = new Set();
  for (const item of Array.isArray(message) ? message : [message]) {
    if (item.event_type === 'book') {
      const { book, id, yes } = viewOf(item.market, item.asset_id);
      book.seen = true;
      book.bids.clear();
      book.asks.clear();
      for (const { price, size } of item.bids) change(book, yes, 'BUY', price, size);
      for (const { price, size } of item.asks) change(book, yes, 'SELL', price, size);
      touched.add(id);
    } else if (item.event_type === 'price_change') {
      for (const { asset_id: token, price, size, side } of item.price_changes) {
        const { book, id, yes } = viewOf(item.market, token);
        if (!book.seen) continue;
        change(book, yes, side, price, size);
        touched.add(id);
      }
    }
  }
  endOfFrame(touched);
}

// Buying NO at p is selling YES at 1 - p.
function change(book, yes, side, price, size) {
  const bid = (side === 'BUY') === yes;
  setLevel(bid ? book.bids : book.asks, yes ? priceOf(price) : 10000 - priceOf(price), sizeOf(size));
}

function readYesTokens() {
  const beside = join(dirname(tape), 'markets.jsonl');
  const path = options.markets ?? (existsSync(beside) ? beside : undefined);
  const tokens = new Map();
  if (path === undefined) return tokens;
  const text = readFileSync(path, 'utf8');
  const values = text.trimStart().startsWith('[') ? JSON.parse(text) : text.split('\n').filter(Boolean).map(tolerant);
  for (const value of values.length === 0 || values.includes(undefined) ? [JSON.parse(text)] : values) {
    if (value.condition_id !== undefined) tokens.set(value.condition_id, value.outcomes[0].token_id);
    if (value.clobTokenIds !== undefined) tokens.set(value.conditionId, JSON.parse(value.clobTokenIds)[0]);
  }
  return tokens;
}

function tolerant(line) {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

async function readTape() {
  const gzip = readFileSync(tape)
    .subarray(0, 2)
    .equals(Buffer.from([0x1f, 0x8b]));
  if (!gzip && /^\s*\[/.test(readFileSync(tape, 'utf8').slice(0, 64))) {
    for (const message of JSON.parse(readFileSync(tape, 'utf8'))) polymarketFrame(message);
    return;
  }
  const bytes = gzip ? createReadStream(tape).pipe(createGunzip()) : createReadStream(tape);
  for await (const line of createInterface({ input: bytes, crlfDelay: Number.POSITIVE_INFINITY })) {
    const value = tolerant(line);
    if (value?.event?.type !== undefined) kalshiFrame(value.event);
    else if (value?.source === 'polymarket_clob') recorderLine(value.payload);
  }
}

function recorderLine(payload) {
  if (/^P[IO]NG$/.test(payload.trim())) return;
  const message = tolerant(payload);
  // An object without event_type is the answer to a REST request, not a frame.
  if (message === undefined) endOfFrame(new Set());
  else if (Array.isArray(message) || message.event_type !== undefined) polymarketFrame(message);
}

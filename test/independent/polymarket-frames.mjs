// Checks Polymarket frames against the venue's own rules, from the text alone: hash and top of every complete venue
// batch, exact mirrors. Shares no code with the engine. Reads one JSON text per line on standard input.
import { createHash } from 'node:crypto';
import { createInterface } from 'node:readline';

const books = new Map();
const report = { frames: 0, hashOk: 0, hashBad: 0, topOk: 0, topBad: 0, mirrorOk: 0, mirrorBad: 0, crossed: 0 };
const minSizes = new Map(JSON.parse(process.argv[2] ?? '[]'));
const lastTrade = new Map();
const pending = new Map();

const number = (text) => Number(text === '' ? 0 : text);
const sorted = (levels, up) => [...levels].sort((a, b) => (up ? a[0] - b[0] : b[0] - a[0]));
const list = (levels) => JSON.stringify(levels.map(([, level]) => ({ price: level.price, size: level.size })));

function summaryHash(book, timestamp) {
  const { market, asset, tick, negRisk } = book;
  const text = `{"market":"${market}","asset_id":"${asset}","timestamp":"${timestamp}","hash":"","bids":${list(sorted(book.bids, true))},"asks":${list(sorted(book.asks, false))},"min_order_size":"${minSizes.get(market)?.minSize ?? '5'}","tick_size":"${tick}","neg_risk":${negRisk},"last_trade_price":"${lastTrade.get(market) ?? ''}"}`;
  return createHash('sha1').update(text).digest('hex');
}

function judge({ book, timestamp, hash, bid, ask }) {
  report[summaryHash(book, timestamp) === hash ? 'hashOk' : 'hashBad'] += 1;
  const bestBid = sorted(book.bids, false)[0]?.[0] ?? 0;
  const bestAsk = sorted(book.asks, true)[0]?.[0] ?? 1;
  if (bid !== undefined) report[bestBid === bid && bestAsk === ask ? 'topOk' : 'topBad'] += 1;
  if (bestBid >= bestAsk) report.crossed += 1;
}

function settle(key, timestamp) {
  const waiting = pending.get(key);
  if (waiting !== undefined && waiting.timestamp !== timestamp) {
    judge(waiting);
    pending.delete(key);
  }
}

function snapshot(item) {
  const level = ({ price, size }) => [number(price), { price, size }];
  const book = {
    market: item.market,
    asset: item.asset_id,
    tick: item.tick_size ?? books.get(item.asset_id)?.tick,
    negRisk: minSizes.get(item.market)?.negRisk ?? false,
    bids: new Map(item.bids.map(level)),
    asks: new Map(item.asks.map(level)),
  };
  books.set(item.asset_id, book);
  if (item.last_trade_price !== undefined) lastTrade.set(item.market, item.last_trade_price);
  judge({ book, timestamp: item.timestamp, hash: item.hash });
}

function change(item) {
  for (const one of item.price_changes) settle(one.asset_id, item.timestamp);
  for (const one of item.price_changes) {
    const book = books.get(one.asset_id);
    if (book === undefined) continue;
    const side = one.side === 'BUY' ? book.bids : book.asks;
    if (number(one.size) === 0) side.delete(number(one.price));
    else side.set(number(one.price), { price: one.price, size: one.size });
    const [bid, ask] = [number(one.best_bid), number(one.best_ask)];
    pending.set(one.asset_id, { book, timestamp: item.timestamp, hash: one.hash, bid, ask });
  }
  const [a, b] = item.price_changes;
  const mirrors = Math.abs(number(a.price) + number(b.price) - 1) < 1e-9 && a.size === b.size && a.side !== b.side;
  report[item.price_changes.length === 2 && mirrors ? 'mirrorOk' : 'mirrorBad'] += 1;
}

for await (const line of createInterface({ input: process.stdin })) {
  const message = JSON.parse(line);
  report.frames += 1;
  for (const item of Array.isArray(message) ? message : [message]) {
    if (item.event_type === 'book') {
      settle(item.asset_id, item.timestamp);
      snapshot(item);
    } else if (item.event_type === 'price_change') change(item);
    else if (item.event_type === 'last_trade_price') {
      for (const [key, { book }] of pending) if (book.market === item.market) settle(key, item.timestamp);
      const [whole, digits = ''] = item.price.split('.');
      lastTrade.set(item.market, `${whole}.${digits.padEnd(3, '0')}`);
    }
  }
}
for (const waiting of pending.values()) judge(waiting);
console.log(JSON.stringify(report));

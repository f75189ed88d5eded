// A simple basket taker over a recording's texts: JSON.parse, Maps, top of book only, one order per episode. Shares no
// code with the engine's books or detector; tells how a demo's mispricings treat an ordinary bot.

interface Book {
  readonly bids: Map<number, number>;
  readonly asks: Map<number, number>;
}

export interface TapeFrame {
  readonly atMs: number;
  readonly text: string;
}

export interface TakerOutcome {
  readonly result: 'won' | 'missed' | 'unwound';
  readonly profit: number;
}

/** Plays `frames` of the event's YES tokens against orders that arrive `latencyMs()` after the decision. */
export function runSimpleTaker(
  frames: readonly TapeFrame[],
  yesTokens: readonly string[],
  feeRate: number,
  latencyMs: () => number,
): TakerOutcome[] {
  const books = new Map<string, Book>(yesTokens.map((token) => [token, { bids: new Map(), asks: new Map() }]));
  const outcomes: TakerOutcome[] = [];
  let order:
    | { readonly side: 'yes' | 'no'; readonly size: number; readonly limits: number[]; readonly atMs: number }
    | undefined;
  let open = false;
  for (const frame of frames) {
    if (order !== undefined && frame.atMs >= order.atMs) {
      outcomes.push(execute([...books.values()], order.side, order.size, order.limits, feeRate));
      order = undefined;
    }
    apply(books, JSON.parse(frame.text));
    const edges = (['yes', 'no'] as const).map((side) => edgeOf([...books.values()], side, feeRate));
    const found = edges.find(({ edge }) => edge > 1e-9);
    if (found === undefined) open = false;
    else if (!open && order === undefined) {
      open = true;
      order = { side: found.side, size: found.size, limits: found.prices, atMs: frame.atMs + latencyMs() };
    }
  }
  return outcomes;
}

function apply(books: ReadonlyMap<string, Book>, message: unknown): void {
  for (const item of (Array.isArray(message) ? message : [message]) as Record<string, never>[]) {
    if (item['event_type'] === 'book') {
      const book = books.get(item['asset_id']!);
      if (book === undefined) continue;
      book.bids.clear();
      book.asks.clear();
      for (const { price, size } of item['bids'] as unknown as Record<string, string>[]) book.bids.set(+price!, +size!);
      for (const { price, size } of item['asks'] as unknown as Record<string, string>[]) book.asks.set(+price!, +size!);
    }
    for (const change of (item['price_changes'] ?? []) as unknown as Record<string, string>[]) {
      const book = books.get(change['asset_id']!);
      if (book === undefined) continue;
      const levels = change['side'] === 'BUY' ? book.bids : book.asks;
      if (+change['size']! === 0) levels.delete(+change['price']!);
      else levels.set(+change['price']!, +change['size']!);
    }
  }
}

/** YES: buy every ask, pays 1. NO: sell every bid (buy every NO), costs 1 to make. */
function edgeOf(books: readonly Book[], side: 'yes' | 'no', feeRate: number) {
  const prices = books.map(({ bids, asks }) => (side === 'yes' ? Math.min(...asks.keys()) : Math.max(...bids.keys())));
  const sizes = books.map(({ bids, asks }, index) => (side === 'yes' ? asks : bids).get(prices[index]!) ?? 0);
  const sum = prices.reduce((total, price) => total + price, 0);
  const fees = prices.reduce((total, price) => total + feeRate * price * (1 - price), 0);
  return { side, prices, size: Math.min(...sizes), edge: (side === 'yes' ? 1 - sum : sum - 1) - fees };
}

/** Fills each leg whole at its limit or not at all; lone legs are sold back at what the book pays. */
function execute(
  books: readonly Book[],
  side: 'yes' | 'no',
  size: number,
  limits: number[],
  feeRate: number,
): TakerOutcome {
  const filled = books.map(({ bids, asks }, index) => {
    const limit = limits[index]!;
    const [levels, reaches] =
      side === 'yes' ? [asks, (price: number) => price <= limit] : [bids, (price: number) => price >= limit];
    return [...levels].reduce((total, [price, have]) => total + (reaches(price) ? have : 0), 0) >= size;
  });
  if (!filled.includes(true)) return { result: 'missed', profit: 0 };
  if (!filled.includes(false)) {
    const sum = limits.reduce((total, price) => total + price, 0);
    const fees = limits.reduce((total, price) => total + feeRate * price * (1 - price), 0);
    return { result: 'won', profit: size * ((side === 'yes' ? 1 - sum : sum - 1) - fees) };
  }
  let profit = 0;
  for (const [index, { bids, asks }] of books.entries()) {
    if (!filled[index]) continue;
    const entry = limits[index]!;
    const back = side === 'yes' ? Math.max(...bids.keys()) : Math.min(...asks.keys());
    const spread = side === 'yes' ? back - entry : entry - back;
    profit += size * (spread - feeRate * (entry * (1 - entry) + back * (1 - back)));
  }
  return { result: 'unwound', profit };
}

// Lives as the executor journals them: on a virtual clock, with the markets of the basket, the lock and the return a
// year; the ledger that is folded from the journal does not see them.
import { expect, test } from 'vitest';
import { compileBaskets } from '../../engine/basket/compile.ts';
import { writeBaskets } from '../../engine/basket/table.ts';
import { Breaker, type BreakerExports } from '../../engine/breaker/breaker.ts';
import { VirtualClock } from '../../engine/core/clock.ts';
import { LifeBook } from '../../engine/execute/life-book.ts';
import { Scribe } from '../../engine/execute/scribe.ts';
import { createMemorySink, Journal } from '../../engine/ledger/journal.ts';
import { Ledger } from '../../engine/ledger/ledger.ts';
import type { LifeRecord } from '../../engine/ledger/records.ts';
import { readJournal } from '../../engine/ledger/recover.ts';
import type { MarketMeta } from '../../engine/venue/contract.ts';
import { Markets } from '../../engine/venue/markets.ts';
import { smallArena, wasmOver } from '../helpers/arena.ts';
import { marketMeta, Rig } from './rig.ts';

const MS = 1e6;
const DAY_MS = 86_400_000;
const START_WALL_MS = 1_780_000_000_000;
const NO_BASKET = 1;
const BOUGHT = { epoch: 1, action: 1, limitE4: 5_000, sizeMicros: 1, costMicros: 1, feeMicros: 0 };

function start(endsMs: readonly (number | undefined)[], flickerMs = 50) {
  const arena = smallArena();
  const clock = new VirtualClock(0, START_WALL_MS);
  const markets = new Markets(arena);
  const metas: MarketMeta[] = endsMs.map((_, index) => marketMeta(index));
  for (const meta of metas) markets.register(meta);
  writeBaskets(arena, markets, compileBaskets([{ kind: 'exactlyOne', markets: metas.map(({ id }) => id) }]));
  const memory = createMemorySink();
  const ledger = new Ledger();
  const scribe = new Scribe(
    new Journal(memory, 'hash'),
    ledger,
    new Breaker(arena, clock, wasmOver<BreakerExports>(arena, 2)),
  );
  const told: LifeRecord[] = [];
  const options = { flickerNs: flickerMs * MS, endMsOf: (market: number) => endsMs[market] };
  const lives = new LifeBook({ markets, clock, scribe }, { ...options, onLife: (life) => told.push(life) });
  const tell = (edgeMicros: number): void => {
    const sizes = { sizeMicros: 10e6, costMicros: 9_000_000, feeMicros: 1_000_000, edgeMicros };
    lives.tell({
      ...{ basketIndex: NO_BASKET, place: NO_BASKET, table: 0 },
      frameSeq: 1,
      recvNs: clock.nowNs(),
      detectNs: 0,
      halted: false,
      ...sizes,
      legs: metas.map((_, marketIndex) => ({ marketIndex, ...BOUGHT })),
    });
  };
  const gone = (): void => lives.gone({ basketIndex: NO_BASKET, recvNs: clock.nowNs() });
  const at = (ms: number): void => {
    clock.advanceTo(ms * MS);
    lives.advance(clock.nowNs());
  };
  return {
    at,
    tell,
    gone,
    lives,
    told,
    ledger,
    ids: metas.map(({ id }) => id),
    journal: () => readJournal(memory.toBytes()),
  };
}

test('a life is journalled once it can be judged, with its markets, its lock and its return a year', () => {
  const { at, tell, gone, told, journal, ids, ledger } = start(
    [1, 73, 10].map((days) => START_WALL_MS + days * DAY_MS),
  );
  at(1_000);
  tell(100_000);
  at(1_030);
  gone();
  at(2_349);
  expect(told).toEqual([]);
  at(2_351);
  expect(journal().records).toEqual([
    {
      ...{
        type: 'life',
        atNs: 2_351 * MS,
        basketIndex: NO_BASKET,
        marketIds: ids,
        openNs: 1_000 * MS,
        endNs: 1_030 * MS,
      },
      ...{ open: false, changes: 0, flickers: 0, goneNs: 0, sizeMicros: 10e6, costMicros: 9e6, feeMicros: 1e6 },
      ...{ edgeMicros: 100_000, edgeMicrosMax: 100_000, edgeAfterMicros: [100_000, 100_000, 0, 0] },
      // The last of them ends 73 days after the start: 1 % in a fifth of a year, less the second that has passed.
      ...{ lockMs: 73 * DAY_MS - 1_000, annualBps: 500 },
    },
  ]);
  expect(told).toEqual(journal().records);
  expect(ledger.columns()).toEqual(new Ledger().columns());
});

test('without every end the lock is not stated, and what is there at the end of the feed is open', () => {
  const { at, tell, told, lives } = start([START_WALL_MS + DAY_MS, undefined]);
  at(1_000);
  tell(100_000);
  at(1_030);
  lives.end(1_030 * MS);
  expect(told).toMatchObject([{ open: true, endNs: 1_030 * MS, lockMs: null, annualBps: null }]);
  expect(told[0]!.edgeAfterMicros).toEqual([100_000, 100_000, null, null]);
  tell(200_000);
  lives.end(2_000 * MS);
  expect(lives.count).toBe(1);
});

test('the executor hands every opportunity on, and ends them when it takes no more', () => {
  const rig = new Rig();
  rig.fillEverything();
  rig.offer(10);
  rig.run(5);
  expect(rig.executor.lives.count).toBe(0);
  rig.executor.hold();
  expect(rig.executor.lives.count).toBe(1);
  const lives = readJournal(rig.memory.toBytes()).records.filter(({ type }) => type === 'life');
  expect(lives).toMatchObject([{ basketIndex: 0, open: true, sizeMicros: 10e6 }]);
});

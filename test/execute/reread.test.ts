// The third age: legs whose books are old are read again, all by one request, and the basket is evaluated again with what
// the venue answers.
import { describe, expect, test } from 'vitest';
import { Seals } from '../../engine/integrity/seals.ts';
import { BookDigest, levelsJson } from '../../engine/venue/polymarket/book-hash.ts';
import * as L from '../../wasm/layout.ts';
import { MS, marketMeta, Rig, SHARE } from './rig.ts';

type Asks = readonly (readonly [priceE4: number, shares: number])[];

/** The answer of `/books` for one market's YES token, with a hash that holds. */
function answer(market: number, asks: Asks): string {
  const { id, yesToken } = marketMeta(market);
  const condition = id.slice(id.indexOf(':') + 1);
  const asksJson = levelsJson(asks.map(([priceE4, shares]) => [priceE4, shares * SHARE]));
  const tail = { minSizeText: '5', tickText: '0.01', negRisk: true, lastTradeText: '' };
  const hash = new BookDigest(condition, yesToken, 1_780_000_000_000, '[]', asksJson).hex(tail);
  return `{"market":"${condition}","asset_id":"${yesToken}","timestamp":"1780000000000","hash":"${hash}","bids":[],"asks":${asksJson},"min_order_size":"5","tick_size":"0.01","neg_risk":true,"last_trade_price":""}`;
}

interface Question {
  readonly tokens: readonly string[];
  readonly onBody: (body: string | undefined) => void;
}

/** A rig whose first leg's book nothing has proved for `oldMs`, and an opportunity of 10 shares. */
function rigWithOldLeg(
  oldMs: number,
  takesQuestions = true,
  coolDownMs = 0,
  checksOff = 0,
): { rig: Rig; questions: Question[] } {
  const questions: Question[] = [];
  const askBooks = (tokens: readonly string[], onBody: Question['onBody']): boolean => {
    if (takesQuestions) questions.push({ tokens, onBody });
    return takesQuestions;
  };
  const rig = new Rig({ askBooks, options: { coolDownMs }, checksOff });
  rig.fillEverything();
  rig.run(oldMs);
  for (const market of [1, 2]) rig.setBook(market, 2_900, 3_000);
  rig.feedSpeaks(0);
  rig.offer(10);
  rig.run();
  return { rig, questions };
}

describe('a leg that nothing proved for longer than the age', () => {
  test('is asked for alone, and the basket is sent whole when the answer still has it', () => {
    const { rig, questions } = rigWithOldLeg(1_501);
    expect(questions.map(({ tokens }) => tokens)).toEqual([[marketMeta(0).yesToken]]);
    expect(rig.gateway.batches).toHaveLength(0);
    questions[0]!.onBody(`[${answer(0, [[3_000, 10]])}]`);
    rig.run(50);
    expect(rig.gateway.batches[0]!.orders.map(({ sizeMicros }) => sizeMicros)).toEqual(
      [10, 10, 10].map((n) => n * SHARE),
    );
    expect(rig.executor.stats).toMatchObject({ basketsReread: 1, legsReread: 1, basketsShrunk: 0, basketsComplete: 1 });
  });

  test('shrinks the basket to what the answer has within the limit, at the answered prices', () => {
    const { rig, questions } = rigWithOldLeg(1_501);
    questions[0]!.onBody(
      `[${answer(0, [
        [2_900, 4],
        [3_000, 2],
        [3_100, 100],
      ])}]`,
    );
    rig.run();
    const [order] = rig.gateway.batches[0]!.orders;
    expect([order!.sizeMicros, order!.limitE4]).toEqual([6 * SHARE, 3_000]);
    expect(rig.executor.stats).toMatchObject({ basketsShrunk: 1, basketsComplete: 1 });
  });

  test('whose answer has nothing within the limit ends the basket', () => {
    const { rig, questions } = rigWithOldLeg(1_501);

    questions[0]!.onBody(`[${answer(0, [[3_100, 100]])}]`);
    rig.run();
    expect(rig.gateway.batches).toHaveLength(0);
    expect(rig.executor.refusals.get('EDGE_GONE')).toBe(1);
  });

  const noProof: readonly (readonly [string, string | undefined])[] = [
    ['that does not come', undefined],
    ['that is no JSON', '<html>'],
    ['without the book', '[]'],
    ['whose hash does not hold', `[${answer(0, [[3_000, 10]]).replace('"size":"10"', '"size":"11"')}]`],
    ['about another market', `[${answer(1, [[3_000, 10]])}]`],
  ];
  for (const [what, body] of noProof) {
    test(`is not sent on an answer ${what}`, () => {
      const { rig, questions } = rigWithOldLeg(1_501);
      questions[0]!.onBody(body);
      rig.run();
      expect(rig.gateway.batches).toHaveLength(0);
      expect(rig.executor.refusals.get('BOOK_NOT_READ')).toBe(1);
    });
  }

  test('is not sent when the answer comes too late, when nobody can be asked, or while another basket is asked for', () => {
    const late = rigWithOldLeg(1_501);
    late.rig.run(251);
    late.questions[0]!.onBody(`[${answer(0, [[3_000, 10]])}]`);
    late.rig.run();
    expect(late.rig.executor.refusals.get('OPPORTUNITY_TOO_OLD')).toBe(1);
    expect(rigWithOldLeg(1_501, false).rig.executor.refusals.get('BOOK_NOT_READ')).toBe(1);
    const { rig, questions } = rigWithOldLeg(1_501);
    rig.offer(10);
    rig.run();
    expect([questions.length, rig.executor.refusals.get('BOOK_NOT_READ')]).toEqual([1, 1]);
  });

  test('is not sent when the run began to end meanwhile', () => {
    const ending = rigWithOldLeg(1_501);
    ending.rig.executor.hold();
    ending.questions[0]!.onBody(`[${answer(0, [[3_000, 10]])}]`);
    ending.rig.run();
    expect(ending.rig.executor.refusals.get('STOPPING')).toBe(1);
  });
});

describe('a book that the answer differs from', () => {
  /** The book of the first leg, 9 shares offered at 0.30, is of frame 7 of `venueMs`; the answer is of 1,780,000,000,000. */
  function reread(asks: Asks, venueMs = 1_780_000_000_000, checksOff = 0) {
    const { rig, questions } = rigWithOldLeg(1_501, true, 0, checksOff);
    const { arena } = rig;
    rig.setBook(0, 0, 3_000, L.BOOK_SYNCED, 9);
    const at = arena.at(L.REGION_BOOKS, 0);
    arena.view.setUint32(at + L.BOOK_FRAME_SEQ, 7, true);
    arena.view.setFloat64(at + L.BOOK_VENUE_MS, venueMs, true);
    const before = new Seals(arena).isDoubted(0);
    questions[0]!.onBody(`[${answer(0, asks)}]`);
    rig.run(50);
    rig.fillEverything();
    const again = (): number => {
      rig.offer(10);
      rig.run();
      return rig.executor.refusals.get('BOOK_REFUTED');
    };
    return { rig, seals: new Seals(arena), before, again };
  }

  test('is refused from then on, whatever became of its own basket, until something newer proves it', () => {
    for (const asks of [[[3_000, 10]], [[3_100, 10]]] as const) {
      const { rig, seals, before, again } = reread(asks);
      expect([before, seals.isDoubted(0), seals.isDoubted(1), rig.executor.stats.legsDiffered]).toEqual([
        ...[false, true, false, 1],
      ]);
      expect(rig.executor.stats.basketsSent).toBe(asks[0][0] === 3_000 ? 1 : 0);
      expect(again()).toBe(1);
      const { arena } = rig;
      seals.proven(0, arena.f64[(arena.at(L.REGION_SEALS, 0) + L.SEAL_DOUBTED_NS) >> 3]!);
      expect(again()).toBe(2);
      seals.proven(0, rig.clock.nowNs() + MS);
      expect([again(), seals.isDoubted(0)]).toEqual([2, false]);
    }
  });

  test('is refused until a snapshot behind it', () => {
    const { rig, seals, again } = reread([[3_000, 10]]);
    const word = (rig.arena.at(L.REGION_SEALS, 0) + L.SEAL_SNAPSHOT_SEQ) >> 2;
    rig.arena.u32[word] = 7;
    expect(again()).toBe(1);
    rig.arena.u32[word] = 8;
    expect([again(), seals.isDoubted(0)]).toEqual([1, false]);
  });

  test('is left alone when it is newer, when it is equal, and, counted, when nobody would look into it', () => {
    for (const [asks, venueMs, checksOff, differed] of [
      [[[3_000, 10]], 1_780_000_000_001, 0, 0],
      [[[3_000, 9]], 1_780_000_000_000, 0, 0],
      [[[3_000, 10]], 1_780_000_000_000, L.CHECK_REST, 1],
    ] as const) {
      const { rig, seals } = reread(asks, venueMs, checksOff);
      expect([seals.isDoubted(0), rig.executor.stats.legsDiffered]).toEqual([false, differed]);
    }
  });
});

test('a basket that nobody could be asked about is not paused as tried, and one that was asked for is', () => {
  const again = (takesQuestions: boolean): Rig => {
    const { rig, questions } = rigWithOldLeg(1_501, takesQuestions, 1_000);
    for (const { onBody } of questions) onBody(undefined);
    rig.run();
    rig.offer(10);
    rig.run();
    return rig;
  };
  const never = again(false).executor.refusals;
  expect([never.get('BOOK_NOT_READ'), never.get('COOL_DOWN')]).toEqual([2, 0]);
  const asked = again(true).executor.refusals;
  expect([asked.get('BOOK_NOT_READ'), asked.get('COOL_DOWN')]).toEqual([1, 1]);
});

test('a run that is to end gives up the basket that waits for its answer, counted once, and an answer finds nobody', () => {
  for (const isAnswered of [false, true]) {
    const { rig, questions } = rigWithOldLeg(1_501);
    const { executor } = rig;
    expect([questions.length, executor.busy()]).toEqual([1, true]);
    if (isAnswered) questions[0]!.onBody(`[${answer(0, [[3_000, 10]])}]`);
    expect(executor.busy()).toBe(true);
    executor.hold();
    expect([executor.busy(), executor.refusals.get('STOPPING')]).toEqual([false, 1]);
    if (!isAnswered) questions[0]!.onBody(`[${answer(0, [[3_000, 10]])}]`);
    rig.run();
    executor.close();
    expect([executor.stats.basketsSent, executor.refusals.get('STOPPING')]).toEqual([0, 1]);
  }
  const cut = rigWithOldLeg(1_501).rig.executor;
  cut.close();
  expect(cut.refusals.get('STOPPING')).toBe(1);
});

test('an answer that comes before the question is out is taken, and the next basket asked for', () => {
  let asked = 0;
  const rig = new Rig({
    askBooks: (_tokens, onBody) => {
      asked += 1;
      onBody(`[${[0, 1, 2].map((market) => answer(market, [[3_000, 10]])).join(',')}]`);
      return true;
    },
    options: { coolDownMs: 0 },
  });
  rig.fillEverything();
  rig.run(1_501);
  for (const market of [0, 1, 2]) rig.feedSpeaks(market);
  for (let basket = 1; basket <= 2; basket += 1) {
    rig.offer(10);
    rig.run();
    expect([asked, rig.executor.stats.basketsSent]).toEqual([basket, basket]);
  }
});

test('legs proved within the age are sent without a question', () => {
  const { rig, questions } = rigWithOldLeg(1_500);
  expect(questions).toEqual([]);
  expect(rig.executor.stats).toMatchObject({ basketsSent: 1, basketsReread: 0 });
});

// Each form of arbitrage by its name: what is bought, what a unit pays in every end, and how the money comes back.
import { expect, test } from 'vitest';
import { type Basket, compileBaskets, compileRelations } from '../../engine/basket/compile.ts';
import { conversionWays } from '../../engine/basket/exits.ts';
import { KIND_NAMES } from '../../engine/basket/forms.ts';
import { relationsLines } from '../../engine/observe/relations-text.ts';
import type { MarketMeta, Relation } from '../../engine/venue/contract.ts';
import { feeNanosPerShareRoundedUp } from '../../engine/venue/fees.ts';
import { EQUAL_SETTLEMENTS, SETTLEMENT } from '../helpers/settlement.ts';

const [A, B, C, K] = ['polymarket:a', 'polymarket:b', 'polymarket:c', 'kalshi:K'] as const;

const meta = (id: string, more: Partial<MarketMeta> = {}): MarketMeta => ({
  ...{ id, venue: id.startsWith('kalshi') ? 'kalshi' : 'polymarket', yesToken: `${id}-yes` },
  ...more,
});
const NEG_RISK = [A, B, C].map((id) => meta(id, { negRisk: true, event: 'who-wins' }));

function seen({ id, payoutE4, certificate }: Basket): [string, number, number[]] {
  return [id, payoutE4, certificate.payoutByStateE4.map((entry) => entry.payoutE4)];
}

const compiled = (...relations: Relation[]) => compileBaskets(relations).map(seen);

test('neg-risk, YES side: every YES pays one dollar whoever wins, at settlement', () => {
  const [yes] = compileBaskets([{ kind: 'exactlyOne', markets: [A, B, C] }], { metas: NEG_RISK });
  expect(seen(yes!)).toEqual([`negRiskYes:YES ${A}+YES ${B}+YES ${C}`, 10_000, [10_000, 10_000, 10_000]]);
  expect(yes!.exit).toEqual({ kind: 'hold', capitalLock: 'untilSettlement', steps: 0, feeBps: 0 });
});

test('neg-risk, NO side: every NO pays n - 1 dollars, and conversion pays them at once', () => {
  const [, no, ...more] = compileBaskets([{ kind: 'exactlyOne', markets: [A, B, C] }], { metas: NEG_RISK });
  expect(more).toEqual([]);
  expect(seen(no!)).toEqual([`negRiskNo:NO ${A}+NO ${B}+NO ${C}`, 20_000, [20_000, 20_000, 20_000]]);
  expect(no!.exit).toEqual({ kind: 'convert', capitalLock: 'none', steps: 1, feeBps: 0 });
  // Outside of one neg-risk event nothing can be converted.
  const [, held] = compileBaskets([{ kind: 'exactlyOne', markets: [A, B, K] }], { metas: [...NEG_RISK, meta(K)] });
  expect(held!.exit.kind).toBe('hold');
});

test('neg-risk, NO side: every k of converted NO gives the same edge, and the fewer are bought the less is laid out', () => {
  const fee = { rateE6: 70_000, exponent: 1, roundMicros: 10 };
  const feeE4 = (priceE4: number): number => feeNanosPerShareRoundedUp(fee, priceE4) / 100_000;
  for (const charged of [() => 0, feeE4]) {
    const bidsE4 = [3_800, 2_900, 3_650, 10, 0];
    const ways = conversionWays(bidsE4, charged);
    const edgeE4 = bidsE4.reduce((sum, bid) => sum + bid - charged(bid), -10_000);
    expect(ways.map(({ boughtNo, soldYes }) => `${boughtNo} and ${soldYes}`)).toEqual([
      ...['1 and 4', '2 and 3', '3 and 2', '4 and 1', '5 and 0'],
    ]);
    for (const way of ways) expect(way.edgeE4).toBeCloseTo(edgeE4, 9);
    expect(ways.map(({ outlayE4 }) => outlayE4)).toEqual(ways.map(({ outlayE4 }) => outlayE4).sort((a, b) => a - b));
  }
});

test('cross-venue: both ways pay one dollar when the settlements are equal field by field', () => {
  expect(compiled({ kind: 'same', markets: [A, K], fingerprints: EQUAL_SETTLEMENTS })).toEqual([
    [`same:YES ${A}+NO ${K}`, 10_000, [10_000, 10_000]],
    [`same:NO ${A}+YES ${K}`, 10_000, [10_000, 10_000]],
  ]);
});

test('cross-venue: a settlement that differs, or that nobody stated, is a suspicion and in no table', () => {
  const { timeZone: _, ...unstated } = SETTLEMENT;
  for (const [fingerprints, detail] of [
    [
      [SETTLEMENT, { ...SETTLEMENT, timeZone: 'Europe/Paris', voidRule: 'split' }],
      'timeZone differs, voidRule differs',
    ],
    [[SETTLEMENT, unstated], 'timeZone unknown'],
    [[unstated, unstated], 'timeZone unknown'],
    [undefined, /^source unknown, window unknown.*polarity unknown$/],
  ] as const) {
    const { baskets, untraded } = compileRelations([{ kind: 'same', markets: [A, K], fingerprints }]);
    expect(baskets).toEqual([]);
    expect(untraded.map(({ reason }) => reason)).toEqual(['fingerprint', 'fingerprint']);
    expect(untraded[0]!.detail).toMatch(detail);
    expect(untraded.map(({ basket }) => seen(basket)[1])).toEqual([10_000, 10_000]);
  }
  // Nor does it lend its market to what others come to together.
  const event: Relation = { kind: 'exactlyOne', markets: [A, B, C] };
  expect(compiled(event, { kind: 'same', markets: [A, K] })).toEqual(compiled(event));
});

test('implication: NO of what implies and YES of what is implied pay one dollar at least', () => {
  expect(compiled({ kind: 'implies', markets: [A, B] })).toEqual([
    [`implication:NO ${A}+YES ${B}`, 10_000, [10_000, 20_000, 10_000]],
  ]);
});

test('ladder: every step with every looser one pays one dollar at least', () => {
  const baskets = compiled({ kind: 'ladder', markets: [A, B, C] });
  expect(baskets.map(([id, payoutE4]) => [id, payoutE4])).toEqual([
    [`ladder:NO ${A}+YES ${B}`, 10_000],
    [`ladder:NO ${A}+YES ${C}`, 10_000],
    [`ladder:NO ${B}+YES ${C}`, 10_000],
  ]);
});

test('at most one: every NO pays n - 1 dollars, also when nobody wins; nothing is said of the YES side', () => {
  expect(compiled({ kind: 'atMostOne', markets: [A, B, C] })).toEqual([
    [`atMostOne:NO ${A}+NO ${B}+NO ${C}`, 20_000, [20_000, 20_000, 20_000, 30_000]],
  ]);
});

test('at least one: every YES pays one dollar at least', () => {
  const [basket, ...more] = compiled({ kind: 'atLeastOne', markets: [A, B] });
  expect(more).toEqual([]);
  expect(basket).toEqual([`atLeastOne:YES ${A}+YES ${B}`, 10_000, [10_000, 10_000, 20_000]]);
});

test('complement of two different markets: both YES, or both NO, pay one dollar', () => {
  expect(compiled({ kind: 'complement', markets: [A, K] })).toEqual([
    [`complement:YES ${A}+YES ${K}`, 10_000, [10_000, 10_000]],
    [`complement:NO ${A}+NO ${K}`, 10_000, [10_000, 10_000]],
  ]);
});

test('relations that share a market give what follows from them together, and nothing that another makes useless', () => {
  const { baskets, untraded, counts } = compileRelations([
    { kind: 'exactlyOne', markets: [A, B, C] },
    { kind: 'same', markets: [A, K], fingerprints: EQUAL_SETTLEMENTS },
    // Says less than the first one: its basket is the NO side without a leg.
    { kind: 'atMostOne', markets: [A, B] },
  ]);
  expect(untraded).toEqual([]);
  expect(baskets.map(({ id }) => id)).toEqual([
    `negRiskYes:YES ${A}+YES ${B}+YES ${C}`,
    `negRiskNo:NO ${A}+NO ${B}+NO ${C}`,
    `same:YES ${A}+NO ${K}`,
    `same:NO ${A}+YES ${K}`,
    `combined:NO ${B}+NO ${C}+NO ${K}`,
    `combined:YES ${B}+YES ${C}+YES ${K}`,
  ]);
  expect(baskets.every(({ id, kind }) => id.startsWith(`${KIND_NAMES[kind]}:`))).toBe(true);
  expect(counts.dominated).toBeGreaterThan(0);
});

test('a basket that needs several shares of one leg is proved and kept out of the table', () => {
  // a or each of b, c and K, and one of b, c and K: two shares of a and one of each other pay three dollars at least.
  const relations: Relation[] = [
    { kind: 'atLeastOne', markets: [A, B] },
    { kind: 'atLeastOne', markets: [A, C] },
    { kind: 'atLeastOne', markets: [B, C, K] },
    { kind: 'atLeastOne', markets: [A, K] },
  ];
  const { baskets, untraded } = compileRelations(relations);
  const found = untraded.find(({ reason }) => reason === 'ratio')!;
  expect(found.detail).toBe('2:1:1:1');
  expect(found.basket.payoutE4).toBe(30_000);
  expect(baskets.every(({ legs }) => legs.every(({ ratio }) => ratio === 1))).toBe(true);
});

test('a split pays half of every share: the certificate has it, and the NO side promises no more', () => {
  const metas = NEG_RISK.map((one): MarketMeta => ({ ...one, abnormalEnds: ['split'] }));
  const baskets = compileBaskets([{ kind: 'exactlyOne', markets: [A, B, C] }], { metas });
  // The markets of one event end so together: 3 halves either way.
  const no = baskets.find(({ id }) => id.startsWith('negRiskNo'))!;
  expect([no.payoutE4, no.certificate.worstState]).toEqual([15_000, `${A}, ${B}, ${C} split`]);
  const yes = baskets.find(({ id }) => id.startsWith('negRiskYes'))!;
  expect([yes.payoutE4, yes.certificate.payoutByStateE4.at(-1)]).toEqual([
    10_000,
    { state: `${A}, ${B}, ${C} split`, payoutE4: 15_000 },
  ]);
});

test('one venue’s split leaves half a dollar of a cross-venue pair', () => {
  const metas = [meta(A, { abnormalEnds: ['split'] }), meta(K)];
  const baskets = compileBaskets([{ kind: 'same', markets: [A, K], fingerprints: EQUAL_SETTLEMENTS }], { metas });
  expect(baskets.map(({ payoutE4 }) => payoutE4)).toEqual([5_000, 5_000]);
  expect(baskets[0]!.certificate.worstState).toBe(`${A} split; the rest YES`);
});

test('a price that one venue names leaves nothing that a pair pays in every end: proved, and never traded', () => {
  const metas = [meta(A), meta(K, { abnormalEnds: ['fairPrice'] })];
  const relation: Relation = { kind: 'same', markets: [A, K], fingerprints: EQUAL_SETTLEMENTS };
  expect(compileRelations([relation], { metas })).toMatchObject({ baskets: [], counts: { promiseNothing: 2 } });
});

test('a price named for one market of three keeps what the others promise', () => {
  const metas = [meta(A, { abnormalEnds: ['fairPrice'] }), meta(B), meta(C)];
  const baskets = compileBaskets([{ kind: 'exactlyOne', markets: [A, B, C] }], { metas });
  // A may be paid nothing where it would have won, and a whole share beside the winner.
  expect(baskets.map(({ payoutE4 }) => payoutE4)).toEqual([10_000]);
});

test('a refund of every leg pays prices back and earns nothing: proved, said, and never traded', () => {
  const metas = NEG_RISK.map((one): MarketMeta => ({ ...one, abnormalEnds: ['refund'] }));
  const { baskets, untraded } = compileRelations([{ kind: 'exactlyOne', markets: [A, B, C] }], { metas });
  expect(baskets).toEqual([]);
  expect(untraded[0]).toMatchObject({ reason: 'refund', detail: `${A}, ${B}, ${C} refunded` });
  const { certificate } = untraded[0]!.basket;
  expect(certificate.paidBackStates).toEqual([`${A}, ${B}, ${C} refunded`]);
  expect(certificate.payoutByStateE4.at(-1)).toMatchObject({ payoutE4: 0, paidBackLegs: 3 });
});

test('relations that contradict one another are refused by name; a group’s baskets end at its limit, counted', () => {
  const both: Relation[] = [
    { kind: 'same', markets: [A, B], fingerprints: EQUAL_SETTLEMENTS },
    { kind: 'complement', markets: [A, B] },
  ];
  expect(() => compileBaskets(both)).toThrow(/same \[polymarket:a, polymarket:b\] and complement.*can hold together/);
  const steps = Array.from({ length: 12 }, (_, place) => `polymarket:${place}`);
  const { baskets, counts } = compileRelations([{ kind: 'ladder', markets: steps }], { basketsPerGroupMax: 10 });
  expect([baskets.length, counts.cut]).toEqual([10, 56]);
});

test('every pair of a large event is kept; what combines them fills the group up to its limit', () => {
  const ids = Array.from({ length: 30 }, (_, place) => `polymarket:${place}`);
  const pairs = ids.map(
    (id, place): Relation => ({ kind: 'same', markets: [id, `kalshi:${place}`], fingerprints: EQUAL_SETTLEMENTS }),
  );
  const compiled = (basketsPerGroupMax: number) =>
    compileRelations([{ kind: 'exactlyOne', markets: ids }, ...pairs], { basketsPerGroupMax });
  const { baskets, counts } = compiled(100);
  expect(baskets.filter(({ id }) => !id.startsWith('combined:'))).toHaveLength(62);
  expect([baskets.length, counts.groupsNotSearched]).toEqual([100, 1]);
  expect(counts.cut).toBeGreaterThan(100);
  // One outcome bought at the other venue: its YES in place of the event's.
  expect(baskets.filter(({ id }) => id.startsWith('combined:')).every(({ legs }) => legs.length === 30)).toBe(true);
  expect(compiled(10).baskets).toHaveLength(62);
});

test('what combines relations takes the room that the others leave, counted', () => {
  const relations: Relation[] = [
    { kind: 'exactlyOne', markets: [A, B, C] },
    { kind: 'same', markets: [A, K], fingerprints: EQUAL_SETTLEMENTS },
  ];
  const { baskets, counts } = compileRelations(relations, { room: { baskets: 5, legs: 100 } });
  expect([baskets.length, counts.cutForRoom]).toEqual([5, 1]);
  expect(compileRelations(relations, { room: { baskets: 9, legs: 12 } }).counts.cutForRoom).toBe(2);
});

test('what is never traded and what was left out is told, with the reason', () => {
  const event: Relation = { kind: 'exactlyOne', markets: [A, B, C] };
  expect(relationsLines(compileRelations([event]))).toEqual([]);
  const suspect: Relation = {
    kind: 'same',
    markets: [A, K],
    fingerprints: [SETTLEMENT, { ...SETTLEMENT, window: '' }],
  };
  const ladder: Relation = { kind: 'ladder', markets: ['polymarket:1', 'polymarket:2', 'polymarket:3'] };
  expect(relationsLines(compileRelations([event, suspect, ladder], { basketsPerGroupMax: 2 }))).toEqual([
    'relations: 4 baskets traded, 2 never traded, 0 of no use beside others; left out: cut 1',
    `  never traded: same:YES ${A}+NO ${K} (fingerprint: window unknown)`,
    `  never traded: same:NO ${A}+YES ${K} (fingerprint: window unknown)`,
  ]);
});

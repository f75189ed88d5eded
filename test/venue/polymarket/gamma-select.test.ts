// Selection: what is asked for, what the arena's limits cut, which events are complete sets; and that no answer of Gamma,
// however damaged, crashes it or escapes the count.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileBaskets } from '../../../engine/basket/compile.ts';
import type { JsonObject, JsonValue } from '../../../engine/venue/json.ts';
import { GammaCatalogue } from '../../../engine/venue/polymarket/gamma-catalogue.ts';
import type { SET_REASONS } from '../../../engine/venue/polymarket/gamma-reasons.ts';
import { type Select, type Selection, selectMarkets } from '../../../engine/venue/polymarket/gamma-select.ts';
import { type ArenaRoom, Room } from '../../../engine/venue/room.ts';
import {
  LIST_MS,
  marketLike,
  marketsOf,
  SAVED,
  saved,
  savedMarket,
  wholeEvent,
  withMarket,
} from '../../helpers/gamma.ts';

const NOTHING: Select = { slugs: [], events: [], tags: [], negRisk: false, endedDaysMax: 7 };
const ROOMY: ArenaRoom = { markets: 1_000, fineLadders: 8, grids: 64, feeSchedules: 16, baskets: 512, legs: 4_096 };

function catalogueOf(values: readonly JsonValue[]): GammaCatalogue {
  const catalogue = new GammaCatalogue();
  for (const value of values) catalogue.addAny(value);
  return catalogue;
}

function selectFrom(values: readonly JsonValue[], select: Partial<Select>, room: Partial<ArenaRoom> = {}): Selection {
  const places = new Room({ ...ROOMY, ...room }, [], []);
  return selectMarkets(catalogueOf(values), { ...NOTHING, ...select }, places, LIST_MS, new Set());
}

const slugsOf = ({ selected }: Selection): string[] => selected.map(({ market }) => market.slug);
const reasonsOf = (turned: readonly { readonly reason: string }[]): string[] => turned.map(({ reason }) => reason);

test('nothing is selected that nothing names', () => {
  const selection = selectFrom(saved(SAVED.list), {});
  expect(selection.selected).toEqual([]);
  expect(reasonsOf(selection.left)).toEqual(new Array(15).fill('notAsked'));
  expect(reasonsOf(selection.rejected)).toEqual(['ended']);
});

test.each<[string, Partial<Select>, number, string]>([
  ['slug', { slugs: ['will-iraq-win-the-2026-fifa-world-cup'] }, 1, 'slug'],
  ['event', { events: ['fed-decision-in-april'] }, 3, 'event fed-decision-in-april'],
  ['tag', { tags: ['soccer'] }, 6, 'tag soccer'],
  ['neg-risk', { negRisk: true }, 13, 'negRisk'],
  ['volume', { volumeMicrosMin: 40_000_000_000_000 }, 3, 'volume'],
])('markets are selected by %s, and each says so', (_, select, count, why) => {
  const { selected, left, rejected } = selectFrom(saved(SAVED.list), select);
  expect(selected.map((one) => one.why)).toEqual(new Array(count).fill(why));
  expect(selected.length + left.length + rejected.length).toBe(16);
});

test('a market that was asked for by name and is long over is a stale slug, else a zombie', () => {
  const wallMs = Date.parse('2026-08-16T14:30:00Z');
  const slug = 'bitcoin-up-or-down-august-16-2pm-et';
  const places = new Room(ROOMY, [], []);
  const select = { ...NOTHING, slugs: [slug], volumeMicrosMin: 0 };
  const { rejected } = selectMarkets(catalogueOf(saved(SAVED.edge)), select, places, wallMs, new Set());
  expect(Object.fromEntries(rejected.map((one) => [one.slug, one.reason]))).toEqual({
    [slug]: 'staleSlug',
    'btc-updown-5m-1766162100': 'zombie',
  });
});

test('of an augmented event only named outcomes are taken; a name that looks unnamed is one', () => {
  const real = savedMarket(SAVED.list, 'will-person-a-win');
  const titled = (place: number, groupItemTitle: string, more: JsonObject = {}): JsonObject => ({
    ...marketLike(real, place, { groupItemTitle, ...more }),
    events: real['events']!,
  });
  const values = [
    titled(1, 'Hunter Biden'),
    titled(2, 'Congo DR'),
    titled(3, 'Person B'),
    titled(4, 'Team AZ'),
    titled(5, ''),
    titled(6, 'Other'),
    titled(7, 'Anyone else', { negRiskOther: true }),
  ];
  const selection = selectFrom(values, { negRisk: true });
  expect(slugsOf(selection).sort()).toEqual(['market-1', 'market-2']);
  expect(reasonsOf(selection.rejected)).toEqual([
    ...['placeholder', 'placeholder', 'placeholder'],
    ...['augmentedOther', 'augmentedOther'],
  ]);
  expect(selection.relations).toEqual([]);
  expect(reasonsOf(selection.refusedSets)).toEqual(['augmented']);
});

describe('complete sets', () => {
  test('a whole plain event becomes one exactlyOne relation that compiles into both baskets', () => {
    const event = wholeEvent(1, 4);
    const { relations, refusedSets } = selectFrom([event], { negRisk: true });
    const ids = marketsOf(event).map(({ conditionId }) => `polymarket:${conditionId}`);
    expect(relations).toEqual([{ kind: 'exactlyOne', markets: ids }]);
    expect(refusedSets).toEqual([]);
    const baskets = compileBaskets(relations);
    expect(baskets.map(({ payoutE4 }) => payoutE4)).toEqual([10_000, 30_000]);
  });

  test('the real list shows three of the four markets of an event: no set, whichever way it comes', () => {
    const listed = selectFrom(saved(SAVED.list), { events: ['fed-decision-in-april'] });
    expect(listed.relations).toEqual([]);
    expect(reasonsOf(listed.refusedSets)).toEqual(['membersUnknown']);
    const three = saved(SAVED.list).filter(({ slug }) => String(slug).includes('-fed-'));
    const head = (three[0]!['events'] as JsonObject[])[0]!;
    const gapped = selectFrom([{ ...head, markets: three }], { negRisk: true });
    expect(gapped.selected.length).toBe(3);
    expect(gapped.relations).toEqual([]);
    expect(gapped.refusedSets).toEqual([
      { eventSlug: 'fed-decision-in-april', members: 3, reason: 'questionsMissing' },
    ]);
  });

  const event = wholeEvent(1, 4);
  const settled = (winner: 'yes' | 'no'): JsonObject => ({
    ...{ closed: true, acceptingOrders: false, umaResolutionStatus: 'resolved' },
    outcomePrices: winner === 'yes' ? '["1", "0"]' : '["0", "1"]',
  });

  test.each<[string, JsonObject, keyof typeof SET_REASONS]>([
    ['is augmented', { ...event, negRiskAugmented: true }, 'augmented'],
    ['does not say whether it is augmented', { ...event, negRiskAugmented: null }, 'augmentedUnknown'],
    ['has a member that cannot be read', withMarket(event, 2, { orderPriceMinTickSize: 'x' }), 'memberRejected'],
    ['has a member that pauses', withMarket(event, 2, { acceptingOrders: false }), 'memberRejected'],
    ['has a member that closed unresolved', withMarket(event, 2, { closed: true }), 'memberRejected'],
    ['has a member without the flag', withMarket(event, 2, { negRisk: false }), 'mixedSets'],
    ['has a member of another set', withMarket(event, 2, { negRiskMarketID: `0x${'f'.repeat(62)}00` }), 'mixedSets'],
    ['has a member twice and one too few', withMarket(event, 2, marketsOf(event)[1]!), 'questionsMissing'],
    ['has a member of unknown number', withMarket(event, 2, { questionID: '' }), 'questionsMissing'],
    ['lacks its first', { ...event, markets: marketsOf(event).slice(1) }, 'questionsMissing'],
    ['has been won', withMarket(event, 2, settled('yes')), 'settledYes'],
    ['has one outcome', wholeEvent(1, 1), 'tooFewMembers'],
    ['has more outcomes than a basket legs', wholeEvent(1, 65), 'tooManyLegs'],
  ])('an event that %s gives no relation', (_, value, reason) => {
    const { relations, refusedSets } = selectFrom([value], { negRisk: true });
    expect(relations).toEqual([]);
    expect(reasonsOf(refusedSets)).toEqual([reason]);
  });

  test('what settled NO for good drops out, and the rest is still a complete set', () => {
    const { relations } = selectFrom([withMarket(event, 2, settled('no'))], { negRisk: true });
    expect(relations.map(({ markets }) => markets.length)).toEqual([3]);
  });

  test('a set with a member that nothing names is not traded as one', () => {
    const slugs = ['market-100', 'market-101', 'market-103'];
    const { relations, refusedSets } = selectFrom([event], { slugs });
    expect(relations).toEqual([]);
    expect(reasonsOf(refusedSets)).toEqual(['membersNotSelected']);
  });
});

describe('limits of the arena', () => {
  const small = wholeEvent(1, 3);
  const large = wholeEvent(2, 5);
  const rich = { ...large, markets: marketsOf(large).map((market) => ({ ...market, volume: '1000000000' })) };

  test('cut the least traded first, whole sets only, and say which limit it was', () => {
    const selection = selectFrom([small, rich], { negRisk: true }, { markets: 7 });
    expect(slugsOf(selection).every((slug) => slug.startsWith('market-2'))).toBe(true);
    expect(selection.selected.length).toBe(5);
    expect(reasonsOf(selection.left)).toEqual(new Array(3).fill('arenaMarkets'));
    expect(reasonsOf(selection.refusedSets)).toEqual(['membersNotSelected']);
    expect(selection.relations.length).toBe(1);
  });

  test('what was asked for by name goes before what a class brings', () => {
    const slugs = marketsOf(small).map(({ slug }) => String(slug));
    const selection = selectFrom([small, rich], { negRisk: true, slugs }, { markets: 4 });
    expect(slugsOf(selection)).toEqual(slugs);
    expect(selection.left.length).toBe(5);
  });

  test.each<[Partial<ArenaRoom>, JsonObject, string]>([
    [{ fineLadders: 0 }, { orderPriceMinTickSize: 0.0001 }, 'arenaFineLadders'],
    [{ grids: 1 }, { orderPriceMinTickSize: 0.01 }, 'arenaGrids'],
    [{ feeSchedules: 2 }, { feesEnabled: true, feeSchedule: { rate: 0.03, exponent: 1 } }, 'arenaFeeSchedules'],
  ])('%j leaves a market that would need more', (room, fields, reason) => {
    const first = marketLike(saved(SAVED.list)[0]!, 1, { volume: '9' });
    const second = marketLike(saved(SAVED.list)[0]!, 2, { volume: '1', ...fields });
    const selection = selectFrom([first, second], { volumeMicrosMin: 0 }, room);
    expect(slugsOf(selection)).toEqual(['market-1']);
    expect(reasonsOf(selection.left)).toEqual([reason]);
  });

  test.each<[Partial<ArenaRoom>, string]>([
    [{ baskets: 3 }, 'arenaBaskets'],
    [{ legs: 15 }, 'arenaLegs'],
  ])('%j keeps the markets and leaves the set', (room, reason) => {
    const selection = selectFrom([small, rich], { negRisk: true }, room);
    expect(selection.selected.length).toBe(8);
    expect(selection.relations.length).toBe(1);
    expect(reasonsOf(selection.refusedSets)).toEqual([reason]);
  });

  test('declared markets and relations take their place first', () => {
    const catalogue = catalogueOf([small]);
    const declared = { id: 'polymarket:x', venue: 'polymarket', yesToken: '1' } as const;
    const room = new Room({ ...ROOMY, markets: 3 }, [declared], []);
    const selection = selectMarkets(catalogue, { ...NOTHING, negRisk: true }, room, LIST_MS, new Set());
    expect(reasonsOf(selection.left)).toEqual(new Array(3).fill('arenaMarkets'));
  });
});

test('a market that comes twice counts once, in its newest copy', () => {
  const market = savedMarket(SAVED.list, 'will-iraq');
  const older = { ...market, orderPriceMinTickSize: 0.01, updatedAt: '2026-04-18T20:00:00Z' };
  for (const values of [
    [market, older],
    [older, market],
  ]) {
    const catalogue = catalogueOf(values);
    expect(catalogue.entries.size).toBe(1);
    expect(catalogue.repeated).toBe(1);
    const [entry] = catalogue.entries.values();
    expect(entry!.market!.meta.tickRanges![0]!.tickE4).toBe(10);
  }
});

test('two markets that claim one token are both rejected: frames could not tell them apart', () => {
  const market = savedMarket(SAVED.list, 'will-iraq');
  const { clobTokenIds } = market;
  const [one, two] = [marketLike(market, 1, { clobTokenIds: clobTokenIds! }), marketLike(market, 2)];
  const selection = selectFrom([market, one, two], { volumeMicrosMin: 0 });
  expect(slugsOf(selection)).toEqual(['market-2']);
  expect(reasonsOf(selection.rejected)).toEqual(['sharedToken', 'sharedToken']);
});

describe('whatever Gamma answers', () => {
  const keys = [
    ...new Set(saved(SAVED.list).flatMap((market) => Object.keys(market))),
    'markets',
    'version',
    '__proto__',
  ];
  const junk = fc.oneof(fc.jsonValue(), fc.constantFrom('', '[]', '["1","2"]', '0x', 'v2', -1, 1e99, true, null));
  const mutation = fc.record({
    item: fc.nat(40),
    key: fc.constantFrom(...keys),
    value: junk,
    drop: fc.boolean(),
    inEvent: fc.boolean(),
  });

  function mutated(
    values: readonly JsonObject[],
    changes: readonly { item: number; key: string; value: unknown; drop: boolean; inEvent: boolean }[],
  ): JsonValue[] {
    const out: JsonValue[] = structuredClone(values) as JsonValue[];
    for (const { item, key, value, drop, inEvent } of changes) {
      const at = item % out.length;
      const whole = out[at];
      if (typeof whole !== 'object' || whole === null || Array.isArray(whole)) continue;
      const markets = whole['markets'];
      const inner = inEvent && Array.isArray(markets) ? markets[item % Math.max(1, markets.length)] : whole;
      if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) out[at] = value as JsonValue;
      else if (drop) delete inner[key];
      // As JSON.parse would: an own member, also for __proto__.
      else Object.defineProperty(inner, key, { value, enumerable: true, configurable: true, writable: true });
    }
    return out;
  }

  test('nothing crashes, and seen = selected + left + rejected, every reason named', () => {
    const base = [...saved(SAVED.list), ...saved(SAVED.crossVenue), wholeEvent(1, 3), wholeEvent(2, 4)];
    let seen = 0;
    let rejected = 0;
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 60 }), fc.boolean(), (changes, asEvents) => {
        const catalogue = new GammaCatalogue();
        const values = mutated(base, changes);
        for (const value of values) {
          if (asEvents) catalogue.addEvent(value);
          catalogue.addAny(value);
        }
        const select = { ...NOTHING, negRisk: true, volumeMicrosMin: 1 };
        const room = { ...ROOMY, markets: 20, feeSchedules: 3, baskets: 2 };
        const selection = selectMarkets(catalogue, select, new Room(room, [], []), LIST_MS, new Set());
        const parts = [
          ...selection.selected.map(({ market }) => market.meta.id),
          ...selection.left.map(({ key }) => key),
        ];
        parts.push(...selection.rejected.map(({ key }) => key));
        expect(parts.sort()).toEqual([...catalogue.entries.keys()].sort());
        expect(selection.selected.length).toBeLessThanOrEqual(20);
        for (const { market } of selection.selected) {
          expect(Number.isSafeInteger(market.meta.minSizeMicros)).toBe(true);
          expect(10_000 % market.meta.tickRanges![0]!.tickE4).toBe(0);
        }
        // A relation is only ever one whose baskets can be proved, over markets that are selected.
        const ids = new Set(selection.selected.map(({ market }) => market.meta.id));
        for (const { markets } of selection.relations) expect(markets.every((id) => ids.has(id))).toBe(true);
        compileBaskets(selection.relations);
        seen += catalogue.entries.size;
        rejected += selection.rejected.length;
      }),
      { numRuns: 300 },
    );
    expect(seen).toBeGreaterThan(1_000);
    expect(rejected).toBeGreaterThan(300);
  });

  test('any JSON at all is counted as a market or an event', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const catalogue = catalogueOf([value as JsonValue, value as JsonValue]);
        const selection = selectMarkets(catalogue, NOTHING, new Room(ROOMY, [], []), LIST_MS, new Set());
        expect(selection.rejected.length + selection.left.length).toBe(catalogue.entries.size);
      }),
      { numRuns: 300 },
    );
  });
});

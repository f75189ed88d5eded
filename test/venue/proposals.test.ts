// What discovery proposes and what it does not: ladders of one event's thresholds, at most one of excluding markets.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { JsonObject } from '../../engine/venue/json.ts';
import { KalshiCatalogue } from '../../engine/venue/kalshi/catalogue.ts';
import { kalshiProposals } from '../../engine/venue/kalshi/proposals.ts';
import { selectKalshi } from '../../engine/venue/kalshi/select.ts';
import { GammaCatalogue } from '../../engine/venue/polymarket/gamma-catalogue.ts';
import { gammaProposals } from '../../engine/venue/polymarket/gamma-proposals.ts';
import { selectMarkets } from '../../engine/venue/polymarket/gamma-select.ts';
import { thresholdOf } from '../../engine/venue/polymarket/gamma-threshold.ts';
import type { Proposal } from '../../engine/venue/proposals.ts';
import { Room } from '../../engine/venue/room.ts';
import { conditionOf, LIST_MS, SAVED, saved, wholeEvent, withMarket } from '../helpers/gamma.ts';

const ROOM = { markets: 1_000, fineLadders: 8, grids: 64, feeSchedules: 16, baskets: 512, legs: 4_096 };
const EVENT = JSON.parse(readFileSync('test/fixtures/kalshi/event-2026-08-10.json', 'utf8')) as JsonObject;
const GOLD = (EVENT['markets'] as JsonObject[])[0]!;
const BEFORE_CLOSE_MS = Date.parse('2026-08-10T22:50:00Z');

const seen = (proposals: readonly Proposal[]): unknown[] =>
  proposals.map(({ relation: { kind, markets } }) => [kind, markets.map((id) => id.replace(/^.*[-:x]0*/, ''))]);

/** The recorded event with its one market under several strikes, and what Kalshi would have to say for it. */
function kalshi(markets: readonly JsonObject[], event: JsonObject = {}): unknown[] {
  const catalogue = new KalshiCatalogue();
  const own = markets.map((more, place) => ({
    ...GOLD,
    ...{ ticker: `KXGOLD15M-26AUG101900-T${place}`, status: 'active', result: '', ...more },
  }));
  catalogue.addEvent({ ...(EVENT['event'] as JsonObject), ...event, markets: own });
  const select = { series: ['KXGOLD15M'], events: [], markets: [] };
  const { selected } = selectKalshi(catalogue, select, new Room(ROOM, [], []), BEFORE_CLOSE_MS, new Set());
  expect(selected.length).toBe(markets.length);
  return seen(kalshiProposals(selected));
}

test('strikes of one Kalshi event are a ladder, the strictest first; what else differs keeps a market out', () => {
  const strikes = [4_395.85, 4_410, 4_390.5].map((floor_strike) => ({ floor_strike }));
  expect(kalshi(strikes)).toEqual([['ladder', ['T1', 'T0', 'T2']]]);
  const below = strikes.map(({ floor_strike }) => ({ strike_type: 'less', cap_strike: floor_strike }));
  expect(kalshi(below)).toEqual([['ladder', ['T2', 'T0', 'T1']]]);
  const [first, second] = [strikes[0]!, strikes[1]!];
  for (const other of [
    ...[{ strike_type: 'greater' }, { close_time: '2026-08-10T23:15:00Z' }, { rules_secondary: 'Another source.' }],
    ...[{ floor_strike: 4_395.85 }, { floor_strike: null }, { strike_type: 'between' }, { rules_primary: '' }],
  ]) {
    expect(kalshi([first, { ...second, ...other }]), JSON.stringify(other)).toEqual([]);
  }
});

test('markets of a Kalshi event that exclude one another are at most one, never exactly one', () => {
  const structured = [{ strike_type: 'structured' }, { strike_type: 'structured' }];
  expect(kalshi(structured, { mutually_exclusive: true })).toEqual([['atMostOne', ['T0', 'T1']]]);
  expect(kalshi(structured)).toEqual([]);
});

function gamma(event: JsonObject | readonly JsonObject[], more: object = {}) {
  const catalogue = new GammaCatalogue();
  catalogue.addAny(event as JsonObject);
  const select = { slugs: [], events: ['event-7'], tags: [], negRisk: false, endedDaysMax: 3_650, ...more };
  const selection = selectMarkets(catalogue, select, new Room(ROOM, [], []), LIST_MS, new Set());
  return { selection, proposals: gammaProposals(catalogue, selection.selected) };
}

const asked = (question: string, more: JsonObject = {}): JsonObject => ({
  ...{ question, description: 'By the Binance 1 minute candle of 12:00 ET on April 20.', ...more },
});

test('thresholds in the questions of one Gamma event are a ladder, whatever the number’s form', () => {
  let event = wholeEvent(7, 4, { negRisk: false, negRiskAugmented: undefined as never });
  const questions = ['$100,000', '$0.12m', '$95k', '$95,000'];
  for (const [place, number] of questions.entries()) {
    event = withMarket(event, place, { ...asked(`Will Bitcoin be above ${number} on April 20?`), negRisk: false });
  }
  // $95k and $95,000 are one threshold: the first counts.
  expect(seen(gamma(event).proposals)).toEqual([['ladder', ['2bd', '2bc', '2be']]]);
  const otherSource = withMarket(event, 1, { resolutionSource: 'https://elsewhere.example' });
  expect(seen(gamma(otherSource).proposals)).toEqual([['ladder', ['2bc', '2be']]]);
});

test.each([
  ['Will Bitcoin be between $100 and $110?', undefined],
  ['Will Bitcoin be above $100 and below $110?', undefined],
  ['Will Bitcoin reach $100k in April?', undefined],
  ['Will it snow in April?', undefined],
  ['Will Bitcoin be above 1.5 million?', 1_500_000],
  ['Will turnout be at least 62.5% in 2026?', 62.5],
  ['Will CPI be less than 3% in March?', 3],
])('of "%s" the threshold is %s', (question, threshold) => {
  expect(thresholdOf(question, 'Rules.', '', 1)?.threshold).toBe(threshold);
});

test('at least and above are different questions, and rules that nobody stated are none to compare', () => {
  const [above, atLeast] = ['above', 'at least'].map((side) => thresholdOf(`Will it be ${side} 5?`, 'Rules.', '', 1)!);
  expect(above!.question).not.toBe(atLeast!.question);
  expect(thresholdOf('Will it be above 5?', '', '', 1)).toBeUndefined();
});

test('an augmented event is proposed as at most one of its named outcomes, and stays no complete set', () => {
  let event = wholeEvent(7, 4, { negRiskAugmented: true });
  event = withMarket(event, 2, { groupItemTitle: 'Person A' });
  event = withMarket(event, 3, { groupItemTitle: 'Other', negRiskOther: true });
  const { selection, proposals } = gamma(event);
  expect(selection.relations).toEqual([]);
  expect(selection.refusedSets.map(({ reason }) => reason)).toEqual(['augmented']);
  expect(proposals.map(({ relation }) => relation)).toEqual([
    { kind: 'atMostOne', markets: [700, 701].map((number) => `polymarket:${conditionOf(number)}`) },
  ]);
});

test('the saved list of real markets proposes what its augmented events allow and nothing else', () => {
  const { proposals } = gamma(saved(SAVED.list), { negRisk: true, endedDaysMax: 7 });
  expect(
    proposals.map(({ relation: { kind, markets }, reason }) => [kind, markets.length, reason.split(',')[0]]),
  ).toEqual([
    ['atMostOne', 3, 'named outcomes of democratic-presidential-nominee-2028'],
    ['atMostOne', 6, 'named outcomes of 2026-fifa-world-cup-winner-595'],
  ]);
});

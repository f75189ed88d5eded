// Abnormal ends as rules state them, in the words of real markets.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { endsOfRules } from '../../engine/venue/abnormal-ends.ts';
import type { JsonObject } from '../../engine/venue/json.ts';
import { readKalshiMarket } from '../../engine/venue/kalshi/market.ts';
import { readGammaMarket } from '../../engine/venue/polymarket/gamma-market.ts';
import { SAVED, savedMarket } from '../helpers/gamma.ts';

test('a rule that pays half, that pays back and that leaves the price to the venue is read, and a number alone is not', () => {
  const tie = 'If the final "Close" price for both of these candles is exactly equal, this market will resolve 50-50.';
  const walkover = 'If the match does not occur, the market will resolve to a fair price in accordance with the rules.';
  expect(endsOfRules(tie)).toEqual(['split']);
  expect(endsOfRules(walkover)).toEqual(['fairPrice']);
  expect(endsOfRules('All positions are refunded when the game is called off.')).toEqual(['refund']);
  expect(endsOfRules(`${tie} ${walkover}`)).toEqual(['split', 'fairPrice']);
  expect(endsOfRules('if the Federal Reserve hikes by 50bps, the 50bps market will resolve to Yes')).toBeUndefined();
  expect(endsOfRules('')).toBeUndefined();
});

test('discovery takes them over from the rules of either venue', () => {
  const fed = savedMarket(SAVED.crossVenue, 'will-there-be-no-change-in-fed');
  const gamma = readGammaMarket({ ...fed, description: 'If the game is canceled, this market will resolve 50-50.' });
  expect(gamma).toMatchObject({ meta: { abnormalEnds: ['split'] } });
  expect(readGammaMarket(fed)).toMatchObject({ meta: { abnormalEnds: undefined } });
  const [first] = JSON.parse(readFileSync('test/fixtures/kalshi/markets-2026-07-20.json', 'utf8')) as [
    { market: JsonObject },
  ];
  const rules = { rules_secondary: 'If the match does not occur, the market will resolve to a fair price.' };
  expect(readKalshiMarket({ ...first.market, ...rules })).toMatchObject({ meta: { abnormalEnds: ['fairPrice'] } });
});

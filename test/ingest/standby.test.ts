// What connections that carry the same assets lack, and what tells them apart.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FirstBooks, placeOf } from '../../engine/ingest/first-books.ts';
import { absentOnAll, freeNumber, lackedByAll } from '../../engine/ingest/standby.ts';
import * as L from '../../wasm/layout.ts';
import { smallArena } from '../helpers/arena.ts';
import { stage } from './copies-venue.ts';

test('connections that come and go have numbers of their own, each below how many there are', () => {
  const steps = fc.array(fc.nat(5), { maxLength: 200 });
  fc.assert(
    fc.property(steps, (some) => {
      let links: { readonly number: number }[] = [];
      for (const which of some) {
        const number = freeNumber(links);
        expect(number).toBeLessThanOrEqual(links.length);
        expect(links.map((link) => link.number)).not.toContain(number);
        links = [...links, { number }].filter((_, index) => links.length < 3 || index !== which % 3);
      }
    }),
  );
});

test('a market is lacked when no open connection has brought a book of it, of either token', () => {
  const arena = smallArena();
  const books = [0, 1].map(() => new FirstBooks({ arena, canBeHelped: () => true }, 1));
  const [first, second] = books as [FirstBooks, FirstBooks];
  for (const each of books) {
    for (const market of [0, 1, 2]) {
      for (const view of [L.VIEW_YES, L.VIEW_NO]) each.expect(placeOf(market, view), `${market}/${view}`, 0);
    }
  }
  const bring = (to: FirstBooks, market: number): void => to.published(stage(arena, [market], 0, true));
  bring(first, 0);
  bring(second, 1);
  const links = books.map((firstBooks) => ({ openNs: 1, firstBooks }));
  expect(lackedByAll(links)).toEqual([2]);
  expect(lackedByAll(links.slice(0, 1))).toEqual([1, 2]);
  // One that is not open has no part in it.
  expect(lackedByAll([links[0]!, { openNs: 0, firstBooks: second }])).toEqual([1, 2]);
  expect([lackedByAll([]), lackedByAll([{ openNs: 0, firstBooks: first }])]).toEqual([[], []]);
  // Subscribed anew, it is to come again.
  first.expect(placeOf(0, L.VIEW_YES), '0/0', 0);
  expect(lackedByAll(links)).toEqual([0, 2]);
  first.clear();
  expect(lackedByAll(links)).toEqual([]);
});

test('a token is asked for again after its time, once, and absent as long after that, counted once for two connections', () => {
  const arena = smallArena();
  const books = [0, 1].map(() => new FirstBooks({ arena, canBeHelped: () => true }, 100));
  const links = books.map((firstBooks) => ({ openNs: 1, firstBooks }));
  for (const each of books) for (const view of [L.VIEW_YES, L.VIEW_NO]) each.expect(placeOf(7, view), `${view}`, 0);
  expect(books.map((each) => [each.due(99), each.due(100), each.due(1_000)])).toEqual([
    [[], ['0', '1'], []],
    [[], ['0', '1'], []],
  ]);
  expect([absentOnAll(links, 100), absentOnAll(links, 199), absentOnAll(links, 200)]).toEqual([0, 0, 2]);
  books[0]!.published(stage(arena, [7], 0, true));
  expect(absentOnAll(links, 200)).toBe(1);
});

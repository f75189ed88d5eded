// What ingest is given, made from the config: connection numbers of one venue do not run into those of the next.
import { expect, test } from 'vitest';
import { loadConfig } from '../../engine/config/load.ts';
import { KALSHI_CONNECTION_FIRST } from '../../engine/ingest/ingest-setup.ts';
import { ingestSetup } from '../../engine/pipeline.ts';
import { uniformGrid } from '../../engine/venue/grid.ts';

test('markets that need more connections than Polymarket has numbers are refused at the start, by key', () => {
  const environment = { DUTCHBOOK__INGEST__ASSETS_PER_CONNECTION: '2' };
  const { config } = loadConfig({ file: undefined, environment });
  const metas = Array.from({ length: KALSHI_CONNECTION_FIRST + 1 }, (_, at) => {
    const [yesToken, noToken] = [`${2 * at + 1}`, `${2 * at + 2}`];
    return { id: `polymarket:0x${at}`, venue: 'polymarket' as const, yesToken, noToken, tickRanges: uniformGrid(100) };
  });
  const place = { marketUrl: 'ws://127.0.0.1:1/', restUrl: undefined, feedToken: '', seed: 1 };
  expect(ingestSetup(config, metas.slice(1), place).outbound).toHaveLength(KALSHI_CONNECTION_FIRST);
  expect(() => ingestSetup(config, metas, place)).toThrow(
    new RangeError(
      'ingest.assetsPerConnection: 2, allowed 3..500 here: 449 markets of Polymarket need 449 connections, of which there are 448',
    ),
  );
});

// Which tables are asked for while the file changes and markets come: the real compiler over a real memory, no thread.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { writeNextTable } from '../../engine/basket/next-table.ts';
import { fileStamp, loadConfig } from '../../engine/config/load.ts';
import type { Arena } from '../../engine/memory/arena.ts';
import { tableInForce } from '../../engine/memory/basket-table.ts';
import { relationsReport } from '../../engine/observe/relations-text.ts';
import { layFoundation } from '../../engine/pipeline.ts';
import { Reloads } from '../../engine/run/reloads.ts';
import type { ReloadAnswer, ReloadTask } from '../../engine/threads/reload-worker.ts';
import type { MarketMeta } from '../../engine/venue/contract.ts';
import { Markets } from '../../engine/venue/markets.ts';
import * as L from '../../wasm/layout.ts';

/** More than the pause between two looks at the file. */
const LOOK_NS = 300e6;
const meta = (name: string): MarketMeta => {
  const fee = { rateE6: 0, exponent: 1, roundMicros: 1 };
  return { id: `polymarket:${name}`, venue: 'polymarket', yesToken: `y${name}`, noToken: `n${name}`, fee };
};
const [A, B, LATE] = [meta('a'), meta('b'), meta('late')];

/** What the thread of a reload answers. */
function tableOf(arena: Arena, { generation, source, declared, found, options }: ReloadTask): ReloadAnswer {
  const own = source === undefined ? declared : loadConfig(source).config.relations;
  try {
    const { compiled } = writeNextTable(arena, new Markets(arena), [...found, ...own], options, generation);
    return { kind: 'written', declared: own, report: relationsReport(compiled, 0, 20), across: [], needsRestart: [] };
  } catch (error) {
    return { kind: 'refused', problems: (error as Error).message.split('\n') };
  }
}

/** A run of A and B with an empty file, and a clock that goes from look to look. */
function running() {
  const dir = mkdtempSync(join(tmpdir(), 'dutchbook-reloads-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  const file = join(dir, 'config.yaml');
  writeFileSync(file, '{}\n');
  const { config } = loadConfig({ file, environment: {} });
  const foundation = layFoundation(config, [A, B], [], 1);
  const { arena } = foundation;
  const said: string[] = [];
  const source = { file, environment: {}, config, stamp: fileStamp(file) };
  const reloads = new Reloads({
    ...{ config, foundation, source, found: [], log: (text) => said.push(text), onTable: () => 0 },
    make: (task) => Promise.resolve(tableOf(arena, task)),
  });
  let nowNs = 0;
  const looks = async (count: number): Promise<void> => {
    for (let look = 0; look < count; look += 1) {
      // The detector has taken the table over.
      Atomics.store(arena.u32, (arena.at(L.REGION_AGENTS, 1) + L.AGENT_TABLE) >> 2, tableInForce(arena));
      nowNs += LOOK_NS;
      reloads.watch(nowNs);
      await Promise.resolve();
      await Promise.resolve();
    }
  };
  return { ...{ file, foundation, reloads, looks, said } };
}

test('a file that names a market before it is there is read again when the market comes', async () => {
  const { file, foundation, reloads, looks, said } = running();
  writeFileSync(file, `relations: [{ kind: complement, markets: ['${A.id}', '${LATE.id}'] }]\n`);
  await looks(4);
  expect(said.join('\n')).toMatch(/refused.*\n.*polymarket:late is no market of this run/);
  expect(reloads.facts()).toMatchObject({ refused: 1, fromConfig: 0 });

  foundation.markets.register(LATE, 0);
  reloads.found([LATE], []);
  await looks(3);
  expect(reloads.facts()).toMatchObject({ table: 1, refused: 1, fromConfig: 1 });
  expect(reloads.relations().baskets).toBeGreaterThan(0);

  // What is in force is not read again for the next market.
  const other = meta('other');
  foundation.markets.register(other, 0);
  reloads.found([other], []);
  await looks(3);
  expect(reloads.facts()).toMatchObject({ table: 1, unchanged: 0 });
});

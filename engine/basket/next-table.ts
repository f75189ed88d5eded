// The next table of baskets of a running engine: compiles relations for the shards as they are and writes the table into
// the area that is not in force. Reload thread; nothing reads what it writes before the main thread puts it in force.
import * as L from '../../wasm/layout.ts';
import type { Arena } from '../memory/arena.ts';
import type { Relation } from '../venue/contract.ts';
import { type Compiled, type CompileOptions, compileRelations } from './compile.ts';
import { withinShards } from './shard.ts';
import { type MarketIndexes, writeBaskets } from './table.ts';

export interface NextTable {
  readonly compiled: Compiled;
  /** Baskets left out because their markets are of several detectors. */
  readonly across: readonly string[];
}

/**
 * Writes the table of `generation`, whose area must be free. Throws RangeError when relations are not usable, name a
 * market that is not registered, or do not fit.
 */
export function writeNextTable(
  arena: Arena,
  markets: MarketIndexes,
  relations: readonly Relation[],
  options: CompileOptions,
  generation: number,
): NextTable {
  const unknown = new Set(relations.flatMap((one) => one.markets.filter((id) => markets.indexOf(id) === undefined)));
  if (unknown.size > 0) {
    const lines = [...unknown].map(
      (id) => `relations: ${id} is no market of this run, allowed those registered so far`,
    );
    throw new RangeError(lines.join('\n'));
  }
  const compiled = compileRelations(relations, options);
  const detectorOf = (id: string): number => {
    return arena.u32[(arena.at(L.REGION_MARKETS, markets.indexOf(id)!) + L.MARKET_DETECTOR) >> 2]!;
  };
  const { within, across } = withinShards(compiled.baskets, detectorOf);
  writeBaskets(arena, markets, within, generation);
  return { compiled, across: across.map(({ id }) => id) };
}

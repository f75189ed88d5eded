// Relations for an import, from the metadata file it was given: neg-risk events of Gamma that are complete sets on the
// evidence of docs/adr/0018, all of whose markets the tape tells of. Cold path.
import type { MarketMeta, Relation } from '../venue/contract.ts';
import { type JsonValue, jsonFromBytes } from '../venue/json.ts';
import { GammaCatalogue } from '../venue/polymarket/gamma-catalogue.ts';
import { completeSet, relationOf } from '../venue/polymarket/gamma-sets.ts';
import { inputText } from './input-lines.ts';

/** What the metadata in `path` (JSON or JSON lines, plain or .gz) proves of `markets`. */
export async function readRelations(path: string, markets: readonly MarketMeta[]): Promise<Relation[]> {
  const marketIds = new Set(markets.map(({ id }) => id));
  const catalogue = new GammaCatalogue();
  for (const value of jsonValues(await inputText(path))) catalogue.addAny(value);
  const isThere = (id: string): boolean => marketIds.has(id);
  return [...catalogue.events.values()].flatMap((event) => {
    const members = completeSet(event, catalogue, () => true);
    return typeof members === 'string' || !members.every(isThere) ? [] : [relationOf(members)];
  });
}

/** What is no JSON proves nothing; whoever reads the markets of the same file says so. */
function jsonValues(text: string): JsonValue[] {
  const whole = jsonFromBytes(Buffer.from(text, 'utf8'));
  if ('value' in whole) return [whole.value];
  return text.split('\n').flatMap((line) => {
    const value = jsonFromBytes(Buffer.from(line, 'utf8'));
    return 'value' in value ? [value.value] : [];
  });
}

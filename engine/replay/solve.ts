// `dutchbook solve`: the books of a recording at one moment, and the best portfolio of each group of relations over them.
// Main thread; cold path.
import {
  ACTION_BUY_NO,
  ACTION_BUY_YES,
  BOOK_SYNCED,
  NO_ASK_E4,
  SIDE_ASK,
  SIDE_BID,
  VENUE_KALSHI,
  VENUE_POLYMARKET,
} from '../../wasm/layout.ts';
import { compileRelations } from '../basket/compile.ts';
import { gapsOf, gapsText } from '../basket/fingerprint.ts';
import { type LinearSolver, linearSolver } from '../basket/lp.ts';
import { type Offer, type SolvedLeg, solveGroup } from '../basket/solve.ts';
import { componentsOf, endsFrom, jointSystem, type MarketEnds, systemOf } from '../basket/states.ts';
import { knownMarkets } from '../config/known-markets.ts';
import { readNote } from '../ingest/notes.ts';
import type { SolvedRecording, SolveOptions } from '../observe/driver.ts';
import type { SolvedGroupReport, SolvedLegReport } from '../observe/report-schema-solve.ts';
import type { MarketMeta, Relation } from '../venue/contract.ts';
import { BookEngine } from './book-engine.ts';
import { RecordingReader } from './recording.ts';
import { RECORD_CONTROL, RECORD_TEXT } from './segment.ts';

/** Records between two looks at the event loop. */
const BURST = 256;

/** Plays the recording up to the moment asked for and solves every group. Rejects with errors that a user can act on. */
export async function solveRecording(path: string, options: SolveOptions): Promise<SolvedRecording> {
  const { config } = options;
  const reader = new RecordingReader(path);
  const { manifest } = reader;
  const known = knownMarkets(manifest, config);
  const filtered = manifest.segments.some(({ seqScope }) => seqScope === 'marketFiltered');
  const engine = new BookEngine(config, known, filtered ? 'marketFiltered' : 'full');
  const untilNs = options.at === undefined ? Number.POSITIVE_INFINITY : untilOf(options.at, manifest.startWallMs);
  let [atNs, frames, taken] = [0, 0, 0];
  while (!options.stop.aborted && reader.next() && reader.current.recvNs <= untilNs) {
    const { flags, recvNs, connection, info } = reader.current;
    if (flags === RECORD_TEXT) {
      engine.accept(
        reader.current.message(),
        info.venue === 'kalshi' ? VENUE_KALSHI : VENUE_POLYMARKET,
        connection,
        recvNs,
      );
      frames += 1;
    }
    const note = flags === RECORD_CONTROL ? readNote(reader.current.message()) : undefined;
    if (note !== undefined) engine.note(note, connection, recvNs);
    atNs = recvNs;
    taken += 1;
    if (taken % BURST === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  reader.close();
  const scene = { engine, metas: new Map(known.markets.map((meta) => [meta.id, meta])), ends: endsFrom(known.markets) };
  const solved = solveRelations(scene, known.relations, await linearSolver());
  return { ...solved, atNs, atMs: manifest.startWallMs + atNs / 1e6, frames };
}

function untilOf(at: NonNullable<SolveOptions['at']>, startWallMs: number): number {
  return 'wallMs' in at ? (at.wallMs - startWallMs) * 1e6 : at.seconds * 1e9;
}

interface Scene {
  readonly engine: BookEngine;
  readonly metas: ReadonlyMap<string, MarketMeta>;
  readonly ends: MarketEnds;
}

function solveRelations(
  scene: Scene,
  relations: readonly Relation[],
  solver: LinearSolver,
): Pick<SolvedRecording, 'groups' | 'groupsNotJoined'> {
  const suspects = relations.filter((relation) => gapsOf(relation).length > 0);
  const components = componentsOf(relations.filter((relation) => gapsOf(relation).length === 0));
  const joined = components.filter((group) => jointSystem(group, scene.ends) !== undefined);
  const apart = components.filter((group) => !joined.includes(group)).flat();
  const groups = [...joined, ...[...apart, ...suspects].map((relation) => [relation])].map((group) =>
    solveOne(scene, group, solver),
  );
  groups.sort((a, b) => b.profitMicros - a.profitMicros);
  return { groups, groupsNotJoined: components.length - joined.length };
}

function solveOne(scene: Scene, group: readonly Relation[], solver: LinearSolver): SolvedGroupReport {
  const { ends, metas } = scene;
  const system = (group.length === 1 ? systemOf(group[0]!, ends) : jointSystem(group, ends)) ?? {
    markets: [],
    states: [],
  };
  const { baskets, untraded } = compileRelations(group, { metas: [...metas.values()] });
  const { offers, booksNotSynced, feesUnknown } = offersOf(scene, system.markets);
  const solution = solveGroup(system, offers, solver);
  const facts = {
    relations: group.map(({ kind, markets }) => `${kind} [${markets.join(', ')}]`),
    ...{ markets: system.markets.length, states: system.states.length },
    ...{ baskets: baskets.length, untraded: untraded.length, booksNotSynced, feesUnknown },
    suspect: gapsText(group.flatMap(gapsOf)),
  };
  if (solution === undefined) return { ...facts, ...GAVE_UP };
  return { ...facts, ...solution, legs: solution.legs.map(legReport) };
}

const GAVE_UP = {
  ...{ legs: [], costMicros: 0, feeMicros: 0, worstState: '', worstPayoutMicros: 0, profitMicros: 0 },
  ...{ programmeMicros: 0, refused: 'gaveUp' },
} as const;

function legReport({ marketId, action, ...sizes }: SolvedLeg): SolvedLegReport {
  return { market: marketId, buy: action === ACTION_BUY_YES ? 'YES' : 'NO', ...sizes };
}

/** Everything that the books of `marketIds` offer; NO at p is YES bid at 1 - p. */
function offersOf(
  { engine, metas }: Scene,
  marketIds: readonly string[],
): { offers: Offer[]; booksNotSynced: number; feesUnknown: number } {
  const { books, foundation } = engine;
  const offers: Offer[] = [];
  let [booksNotSynced, feesUnknown] = [0, 0];
  for (const marketId of marketIds) {
    const index = foundation.markets.indexOf(marketId);
    const fee = metas.get(marketId)?.fee;
    if (index === undefined || books.state(index) !== BOOK_SYNCED) booksNotSynced += 1;
    else if (fee === undefined) feesUnknown += 1;
    else {
      const minSizeMicros = metas.get(marketId)?.minSizeMicros ?? 0;
      for (const action of [ACTION_BUY_YES, ACTION_BUY_NO]) {
        const levels: { priceE4: number; sizeMicros: number }[] = [];
        books.eachLevel(
          index,
          action === ACTION_BUY_YES ? SIDE_ASK : SIDE_BID,
          Number.POSITIVE_INFINITY,
          (yesE4, sizeMicros) => {
            levels.push({ priceE4: action === ACTION_BUY_YES ? yesE4 : NO_ASK_E4 - yesE4, sizeMicros });
          },
        );
        offers.push({ marketId, action, levels, fee, minSizeMicros });
      }
    }
  }
  return { offers, booksNotSynced, feesUnknown };
}

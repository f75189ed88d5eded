// Tables of baskets while a run goes on: watches the config file, has the next table made on a thread of its own, puts it in
// force, and waits for what is left of the one before. One table at a time. Main thread, off the hot path.
import * as L from '../../wasm/layout.ts';
import { type ConfigSource, fileStamp } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import { publishTable, ringsReadTo, ringTails, tableInForce, tableTaken } from '../memory/basket-table.ts';
import type { ReloadFacts } from '../observe/facts.ts';
import { relationsReport } from '../observe/relations-text.ts';
import type { RelationsReport } from '../observe/report-schema.ts';
import { countText } from '../observe/text.ts';
import type { Foundation } from '../pipeline.ts';
import type { ReloadAnswer, ReloadTask } from '../threads/reload-worker.ts';
import type { MarketMeta, Relation } from '../venue/contract.ts';

export interface ReloadsParts {
  readonly config: Config;
  readonly foundation: Foundation;
  /** undefined: the run has no config file. */
  readonly source: ConfigSource | undefined;
  /** Relations that the recording or discovery brought before the start. */
  readonly found: readonly Relation[];
  log(text: string): void;
  /** Makes the table of a task. */
  make(task: ReloadTask): Promise<ReloadAnswer>;
  /** A table is in force; answers how many baskets are no more. */
  onTable(): number;
}

/** Between two looks at the file; it is read when it looks alike twice: writing it in pieces, or replacing it, takes a moment. */
const LOOK_NS = 250e6;
const LOOKS_MAX = 20;
const NAMED_MAX = 20;
const LOGGED_MAX = 5;

/** What discovery found, and how often it was looked for among the registered markets. */
interface Announced {
  readonly metas: readonly MarketMeta[];
  readonly sets: readonly Relation[];
  readonly looks: number;
}

type Asked = 'config' | 'discovery';
type Written = Extract<ReloadAnswer, { kind: 'written' }>;

export class Reloads {
  readonly #parts: ReloadsParts;
  readonly #metas: MarketMeta[];
  /** In force, and those that wait for the next table. */
  #found: readonly Relation[];
  #waiting: readonly Relation[] = [];
  #declared: readonly Relation[];
  #relations: RelationsReport;
  /** Not registered yet, as far as is known. */
  readonly #announced: Announced[] = [];
  readonly #asked = new Set<Asked>();
  #making = false;
  /** The file as it stands was refused: a market that comes may be the one that it named. */
  #isFileRefused = false;
  #isClosed = false;
  #lookNs = 0;
  /** Of the file as it was read last, and as it was looked at last. */
  #readStamp: string;
  #lastStamp: string;
  /** Where the rings stood when all detectors worked by the table in force. */
  #tails: readonly number[] | undefined;
  #facts: ReloadFacts = {
    ...{ table: 0, fromConfig: 0, fromDiscovery: 0, unchanged: 0, refused: 0, problems: [], needsRestart: [] },
  };

  constructor(parts: ReloadsParts) {
    this.#parts = parts;
    this.#metas = [...parts.foundation.metas];
    this.#found = parts.found;
    this.#declared = parts.config.relations;
    this.#relations = relationsReport(parts.foundation.compiled, 0, NAMED_MAX);
    this.#readStamp = parts.source?.stamp ?? '';
    this.#lastStamp = this.#readStamp;
  }

  /** Looks at the file, and begins the next table when one is asked for and there is room for it; a few times a second. */
  watch(nowNs: number): void {
    const { arena } = this.#parts.foundation;
    this.#look(nowNs);
    if (this.#making || this.#asked.size === 0 || !tableTaken(arena)) return;
    // What the table before the last left in the rings must be gone: records know one table from the next only.
    this.#tails ??= ringTails(arena);
    if (ringsReadTo(arena, this.#tails)) void this.#make();
  }

  /** Markets and complete sets that discovery found since; ingest has been told of them. */
  found(added: readonly MarketMeta[], sets: readonly Relation[]): void {
    this.#announced.push({ metas: added, sets, looks: 0 });
  }

  /** Detector of a registered market; undefined: it is not registered. */
  detectorOf(id: string): number | undefined {
    const { arena, markets } = this.#parts.foundation;
    const index = markets.indexOf(id);
    return index === undefined ? undefined : arena.u32[(arena.at(L.REGION_MARKETS, index) + L.MARKET_DETECTOR) >> 2];
  }

  facts(): ReloadFacts {
    return this.#facts;
  }

  /** What the relations of the table in force came to. */
  relations(): RelationsReport {
    return this.#relations;
  }

  /** No table comes after this. */
  close(): void {
    this.#asked.clear();
    this.#isClosed = true;
  }

  #look(nowNs: number): void {
    const { source } = this.#parts;
    if (nowNs < this.#lookNs) return;
    this.#lookNs = nowNs + LOOK_NS;
    if (this.#announced.length > 0) this.#lookForMarkets();
    if (source === undefined) return;
    const stamp = fileStamp(source.file);
    if (stamp !== this.#readStamp && stamp === this.#lastStamp) {
      this.#readStamp = stamp;
      this.#asked.add('config');
    }
    this.#lastStamp = stamp;
  }

  /** Ingest registers what it is told of in its next turn, as far as there is room. */
  #lookForMarkets(): void {
    const { foundation, log } = this.#parts;
    const { markets, facts } = foundation;
    const isKnown = (id: string): boolean => markets.indexOf(id) !== undefined;
    markets.refresh();
    for (const announced of this.#announced.splice(0)) {
      const { metas, sets, looks } = announced;
      const areAll = metas.every(({ id }) => isKnown(id));
      if (!areAll && looks < LOOKS_MAX) {
        this.#announced.push({ metas, sets, looks: looks + 1 });
        continue;
      }
      const known = metas.filter(({ id }) => isKnown(id));
      facts.learn(known, (id) => markets.indexOf(id));
      this.#metas.push(...known);
      if (known.length > 0 && this.#isFileRefused) this.#asked.add('config');
      const whole = sets.filter((set) => set.markets.every(isKnown));
      const left = sets.length - whole.length;
      if (left > 0) log(`reload: ${countText(left)} complete sets left out, their markets have no room at ingest`);
      if (whole.length === 0) continue;
      this.#waiting = [...this.#waiting, ...whole];
      this.#asked.add('discovery');
    }
  }

  async #make(): Promise<void> {
    const { foundation, config, source, make } = this.#parts;
    const { arena } = foundation;
    // One after the other: what is refused then is the doing of one of them.
    const asked: Asked = this.#asked.has('config') ? 'config' : 'discovery';
    this.#asked.delete(asked);
    this.#making = true;
    const found = asked === 'config' ? this.#found : [...this.#found, ...this.#waiting];
    const waiting = this.#waiting;
    if (asked === 'discovery') this.#waiting = [];
    const task: ReloadTask = {
      ...{ memory: arena.memory, generation: tableInForce(arena) + 1, found, declared: this.#declared },
      source: asked === 'config' ? source : undefined,
      options: { metas: this.#metas, basketsPerGroupMax: config.detect.basketsPerGroupMax, room: config.arena },
    };
    let answer: ReloadAnswer;
    try {
      answer = await make(task);
    } catch (error) {
      // The sets are not at fault: they go with the next table that something asks for.
      if (asked === 'discovery') this.#waiting = [...waiting, ...this.#waiting];
      answer = {
        kind: 'refused',
        problems: [`reload thread: ${error instanceof Error ? error.message : String(error)}`],
      };
    }
    this.#making = false;
    if (this.#isClosed) return;
    this.#take(answer, asked, task);
  }

  #take(answer: ReloadAnswer, asked: Asked, task: ReloadTask): void {
    const { log } = this.#parts;
    if (asked === 'config') this.#isFileRefused = answer.kind === 'refused';
    if (answer.kind === 'refused') {
      const { problems } = answer;
      this.#facts = { ...this.#facts, refused: this.#facts.refused + 1, problems: problems.slice(0, NAMED_MAX) };
      log(`reload: refused, the table of baskets stays as it is: ${countText(problems.length)} problems`);
      for (const problem of problems.slice(0, LOGGED_MAX)) log(`  ${problem}`);
      // Nobody tells of them again, and tried once more they could keep others out for ever.
      const kept = [...this.#found, ...this.#waiting];
      const given = asked === 'discovery' ? task.found.filter((one) => !kept.includes(one)).length : 0;
      if (given > 0) log(`reload: ${countText(given)} complete sets are given up until the next start`);
      return;
    }
    if (asked === 'config') this.#noteRestart(answer.needsRestart);
    if (answer.kind === 'written') this.#putInForce(answer, asked, task);
    else {
      this.#facts = { ...this.#facts, unchanged: this.#facts.unchanged + 1 };
      log('reload: the relations are as they were');
    }
  }

  #putInForce({ declared, report, across }: Written, asked: Asked, { generation, found }: ReloadTask): void {
    const { foundation, log, onTable } = this.#parts;
    publishTable(foundation.arena, generation);
    this.#tails = undefined;
    const gone = onTable();
    const { baskets: before } = this.#relations;
    this.#declared = declared;
    this.#found = found;
    this.#relations = report;
    const { fromConfig, fromDiscovery } = this.#facts;
    this.#facts = {
      ...{ ...this.#facts, table: generation },
      fromConfig: fromConfig + Number(asked === 'config'),
      fromDiscovery: fromDiscovery + Number(asked === 'discovery'),
    };
    const added = report.baskets - (before - gone);
    log(`reload: table ${generation} of ${countText(report.baskets)} baskets in force: ${added} new, ${gone} gone`);
    if (report.acrossDetectors === 0) return;
    log(`reload: ${report.acrossDetectors} baskets left out, their markets are of several detectors until a restart:`);
    for (const basket of across.slice(0, LOGGED_MAX)) log(`  ${basket}`);
  }

  #noteRestart(needsRestart: readonly string[]): void {
    const isNews = needsRestart.join() !== this.#facts.needsRestart.join();
    this.#facts = { ...this.#facts, needsRestart };
    if (isNews && needsRestart.length > 0) this.#parts.log(`reload: needs a restart: ${needsRestart.join(', ')}`);
  }
}

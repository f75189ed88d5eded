// A run's journal from its opening to its end: what was taken up from it, whether the venue agrees, whether its fold is the
// live state. Main thread; written by the supervisor, read by reports.
import type { Clock } from '../core/clock.ts';
import type { Executor } from '../execute/execute.ts';
import type { AdoptedCounts } from '../execute/restart.ts';
import type { JournalRunFacts, RestartFacts } from '../observe/journal-facts.ts';
import type { VenueName } from '../venue/contract.ts';
import { VENUE_NAMES } from '../venue/markets.ts';
import { foldDifference, type RunJournal } from './journal-file.ts';
import { type Reconciled, reconcile } from './reconcile.ts';
import type { RunVenue } from './venue-link.ts';

export class JournalKeeper {
  readonly #opened: RunJournal;
  readonly #executor: Executor;
  readonly #adopted: AdoptedCounts | undefined;
  /** Venues with a deposit before this run. */
  readonly #hadCash: ReadonlySet<VenueName>;
  #reconciled: Reconciled = { cancelled: 0, fillsMissed: 0, refused: '' };
  #isReconciling = false;
  #digest: string | null = null;
  #foldEqual: boolean | null = null;

  /** Takes up what the journal has. Throws RangeError with what cannot be. */
  constructor(opened: RunJournal, executor: Executor, nowNs: number) {
    this.#opened = opened;
    this.#executor = executor;
    const { ledger } = executor;
    this.#hadCash = new Set(VENUE_NAMES.filter((name) => ledger.venue(name).depositsMicros !== 0));
    if (opened.state !== undefined) this.#adopted = executor.restart.adopt(opened.state, nowNs);
  }

  /** What was there, for people. */
  get sentence(): string {
    const { path, before, takenOverFrom } = this.#opened;
    if (this.#adopted === undefined) return `journal: ${path}`;
    const { orders, unknownOrders, openFills, openBaskets } = this.#adopted;
    const cut = before.cutBytes === 0 ? '' : `, ${before.cutBytes} bytes of a torn end cut`;
    const lock = takenOverFrom === 0 ? '' : `, lock of process ${takenOverFrom} taken over`;
    return (
      `journal: ${path}, gone on with: ${before.records} records${cut}${lock}; ` +
      `${orders} orders, ${unknownOrders} without an outcome, ${openFills} fills not settled, ${openBaskets} baskets open`
    );
  }

  /** Compares with the venues before anything is sent; answers why the run must not trade, '' when it may. */
  async reconcile(venues: readonly RunVenue[], clock: Clock): Promise<string> {
    if (this.#adopted === undefined) return '';
    this.#isReconciling = true;
    this.#reconciled = await reconcile(this.#executor, this.#opened.state!, venues, {
      clock,
      hadCash: (name) => this.#hadCash.has(name),
      pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    });
    this.#isReconciling = false;
    if (this.#reconciled.refused === '') this.#executor.restart.reconciled();
    return this.#reconciled.refused;
  }

  /** The journal is closed: why its fold is not the live state, '' when it is. */
  judge(): string {
    this.#digest = this.#executor.restart.digest();
    const difference = foldDifference(this.#opened.path, this.#digest);
    this.#foldEqual = difference === '';
    return difference;
  }

  facts(): JournalRunFacts {
    const { path: dir, journal } = this.#opened;
    const { segment, records } = journal;
    return { dir, segment, records, digest: this.#digest, foldEqual: this.#foldEqual, restart: this.#restartFacts() };
  }

  #restartFacts(): RestartFacts | null {
    if (this.#adopted === undefined) return null;
    const { before, takenOverFrom } = this.#opened;
    const { cancelled, fillsMissed, refused } = this.#reconciled;
    const state = this.#isReconciling ? 'reconciling' : refused === '' ? 'reconciled' : refused;
    return {
      ...{ records: before.records, segments: before.segments.length, cutBytes: before.cutBytes, takenOverFrom },
      ...{ ...this.#adopted, cancelled, fillsMissed, state },
    };
  }
}

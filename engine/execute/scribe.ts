// Writes every record to the journal and folds it into the ledger: the only writer of both. Executor's thread.
import type { Breaker } from '../breaker/breaker.ts';
import { CAUSE_JOURNAL_ERROR } from '../breaker/causes.ts';
import type { Journal } from '../ledger/journal.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { JournalRecord } from '../ledger/records.ts';

export class Scribe {
  readonly ledger: Ledger;
  readonly #journal: Journal;
  readonly #breaker: Breaker;

  constructor(journal: Journal, ledger: Ledger, breaker: Breaker) {
    this.#journal = journal;
    this.ledger = ledger;
    this.#breaker = breaker;
  }

  /** What the journal failed with, '' while it works. */
  journalError = '';

  /**
   * Appends and folds. A journal that fails trips the breaker; the ledger goes on, because the money moved all the
   * same, and nothing more can be sent, because sync() answers false from then on.
   */
  record(record: JournalRecord): void {
    this.#guarded(() => this.#journal.append(record));
    this.ledger.apply(record);
  }

  /** True when everything recorded is durable: only then may an intent be sent. */
  sync(): boolean {
    return this.#guarded(() => this.#journal.sync());
  }

  close(): void {
    this.#guarded(() => this.#journal.close());
  }

  #guarded(step: () => void): boolean {
    if (this.#journal.failed) return false;
    try {
      step();
      return true;
    } catch (error) {
      this.journalError = error instanceof Error ? error.message : String(error);
      this.#breaker.trip(CAUSE_JOURNAL_ERROR, 0);
      return false;
    }
  }
}

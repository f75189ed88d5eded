// The engine's own way from bytes to books, on the caller's thread: decoder, ring, folded books, integrity. Each message
// is worked off before accept() answers, so that a caller can look at the books it left. Cold path.
import type { Basket } from '../basket/compile.ts';
import { writeBaskets } from '../basket/table.ts';
import { Books } from '../book/books.ts';
import { withoutSockets } from '../config/plan.ts';
import type { Config } from '../config/schema.ts';
import { LiveClock } from '../core/clock.ts';
import { DetectAgent, type DetectExports } from '../detect/detect.ts';
import { instantiate } from '../detect/host.ts';
import type { DecodeExports } from '../ingest/frame-host.ts';
import { FrameIntake } from '../ingest/frames.ts';
import type { RecorderNote } from '../ingest/notes.ts';
import { Counters, counterTotal } from '../memory/counters.ts';
import { detectSettings, type Foundation, layFoundation } from '../pipeline.ts';
import type { MarketMeta, Relation } from '../venue/contract.ts';
import type { SeqScope } from './segment.ts';

/** What books are kept of. */
export interface BookEngineMarkets {
  readonly markets: readonly MarketMeta[];
  readonly relations: readonly Relation[];
  /** Given: evaluated in place of what the relations compile to. */
  readonly baskets?: readonly Basket[];
}

/** One arena with one detector. */
export class BookEngine {
  readonly foundation: Foundation;
  readonly books: Books;
  readonly #intake: FrameIntake;

  /** Throws RangeError for capacities that cannot be met. */
  constructor(config: Config, { markets: metas, relations, baskets }: BookEngineMarkets, seqScope: SeqScope) {
    const laid = layFoundation(withoutSockets(config), metas, baskets === undefined ? relations : [], 1);
    const { arena, markets, module } = laid;
    if (baskets !== undefined) writeBaskets(arena, markets, baskets);
    this.foundation = { ...laid, baskets: baskets ?? laid.baskets };
    this.books = new Books(arena);
    const clock = new LiveClock();
    const detect = new DetectAgent({
      ...detectSettings(config, seqScope),
      ...{ arena, agentIndex: 1, clock, exports: instantiate<DetectExports>(module, arena, 1) },
    });
    const workOff = (): void => {
      while (detect.doWork(0) > 0);
    };
    this.#workOff = workOff;
    this.#intake = new FrameIntake({
      ...{ arena, markets, clock, policy: 'replay', registerUnknown: true, waitClock: clock, backPressure: workOff },
      ...{ exports: instantiate<DecodeExports>(module, arena, 0), counters: new Counters(arena, 0) },
      stampAtAccept: true,
    });
  }

  readonly #workOff: () => void;

  /** Takes one message of `venue` (VENUE_*); answers what FrameIntake.accept answers. */
  accept(bytes: Uint8Array, venue: number, connection: number, recvNs: number): number {
    const answer = this.#intake.accept(bytes, venue, connection, recvNs);
    this.#workOff();
    return answer;
  }

  /** What changed books besides frames, as its recorder noted it. */
  note(note: RecorderNote, connection: number, recvNs: number): void {
    this.#intake.offStream.replay(note, connection, recvNs);
    this.#workOff();
  }

  /** Counter `id` (COUNTER_*) over all agents. */
  counter(id: number): number {
    return counterTotal(this.foundation.arena, id);
  }
}

// The verifier: an agent beside a live run that proves or refutes the engine's books off the hot path, by the venue's
// hashes and by asking the venue again. Reads books and seals through the shared memory and blocks nobody; tells ingest
// of evidence, which makes the book SUSPECT at its place in the stream. Thread `verify`.
import * as L from '../../wasm/layout.ts';
import { Books } from '../book/books.ts';
import type { Agent } from '../core/agent.ts';
import type { Arena } from '../memory/arena.ts';
import { Counters } from '../memory/counters.ts';
import type { AskBooks } from '../venue/contract.ts';
import { Markets } from '../venue/markets.ts';
import { BookProbe, type ProbeResult } from './book-probe.ts';
import { EvidenceRing } from './evidence-ring.ts';
import { LiveHash } from './live-hash.ts';
import { LiveTerms } from './live-terms.ts';
import { provenBooks } from './proven-books.ts';
import { type Seal, Seals } from './seals.ts';
import type { Verdict } from './verdicts.ts';

/** Which checks run and how often; from section `integrity` of the config. Times in ms. */
export interface VerifierOptions {
  readonly hash: boolean;
  readonly inferTerms: boolean;
  /** Pause between two hashes of one market. */
  readonly hashEveryMs: number;
  /** Ask the venue for books nothing else proves. */
  readonly rest: boolean;
  /** A book that nothing proved for so long is asked for. */
  readonly probeAfterMs: number;
  /** Pause between two requests. */
  readonly probeEveryMs: number;
  /** Ask for the books of silent markets; false: they are counted only. */
  readonly silence: boolean;
  /** A market without messages for so long, on a connection that has data, is counted as silent and asked for. */
  readonly silenceMs: number;
}

const HASHES_PER_TURN = 8;
const AGES_EVERY_NS = 100e6;
const REFRESH_EVERY_NS = 1e9;
const BOOKS_PER_REQUEST = 100;
/** How far our book may lag the receipt of an answer. */
const GRACE_NS = 1e9;
/** A hash that does not hold and is not followed by another message for so long: the venue is asked. */
const UNFOLLOWED_NS = 500e6;

/** Books that the venue is asked for by one request. */
interface Question {
  readonly markets: readonly number[];
  readonly askedNs: number;
  /** Judged in the next turn, whose time is that of its receipt at the latest. */
  answer: { readonly body: string | undefined } | undefined;
}

export class Verifier implements Agent {
  readonly role = 'verify';
  readonly #options: VerifierOptions;
  readonly #books: Books;
  readonly #markets: Markets;
  readonly #venues: (market: number) => number;
  readonly #counters: Counters;
  readonly #evidence: EvidenceRing;
  readonly #seals: Seals;
  readonly #terms: LiveTerms;
  readonly #hash: LiveHash;
  readonly #probe: BookProbe;
  readonly #ask: AskBooks;
  readonly #silent = new Set<number>();
  /** Evidence that found a full ring. */
  readonly #untold = new Map<number, number>();
  readonly #probedNs = new Map<number, number>();
  #next = 0;
  #nowNs = 0;
  #agesNs = 0;
  #refreshNs = REFRESH_EVERY_NS;
  #requestNs = 0;
  #question: Question | undefined;

  /** `agentIndex`: where its counters are. */
  constructor(arena: Arena, agentIndex: number, options: VerifierOptions, ask: AskBooks) {
    this.#options = options;
    this.#books = new Books(arena);
    this.#markets = new Markets(arena);
    this.#venues = (market) => arena.u32[(arena.at(L.REGION_MARKETS, market) + L.MARKET_VENUE) >> 2]!;
    this.#counters = new Counters(arena, agentIndex);
    this.#evidence = new EvidenceRing(arena);
    this.#seals = new Seals(arena);
    this.#ask = ask;
    const { inferTerms, hashEveryMs } = options;
    const place = { books: this.#books, markets: this.#markets };
    this.#terms = new LiveTerms(arena, this.#seals);
    this.#hash = new LiveHash({
      ...{ ...place, seals: this.#seals, terms: this.#terms, inferTerms },
      everyNs: hashEveryMs * 1e6,
      onVerdict: (market, seal, verdict, inferred) => this.#onHash(market, seal, verdict, inferred),
    });
    this.#probe = new BookProbe({
      ...{ books: this.#books, graceNs: GRACE_NS },
      onVerdict: (market, result) => this.#onProbe(market, result),
    });
  }

  /** Looks at the markets in turn, computes a few hashes at most, and asks the venue when it is time. */
  doWork(nowNs: number): number {
    this.#nowNs = nowNs;
    if (nowNs >= this.#refreshNs) {
      this.#refreshNs = nowNs + REFRESH_EVERY_NS;
      this.#markets.refresh();
    }
    this.#takeAnswer(nowNs);
    const worked = this.#options.hash ? this.#hashes(nowNs) : 0;
    if (nowNs < this.#agesNs) return worked;
    this.#agesNs = nowNs + AGES_EVERY_NS;
    this.#tellAgain();
    this.#probe.review(nowNs);
    const due = this.#lookAtAges(nowNs);
    if (this.#options.rest && due.length > 0) this.#request(due, nowNs);
    return worked;
  }

  /** Every book that was asked for has its verdict then. */
  close(): void {
    this.#takeAnswer(this.#nowNs);
    this.#counters.add(L.COUNTER_PROBES_FAILED, this.#question?.markets.length ?? 0);
    this.#question = undefined;
    this.#probe.end();
  }

  #hashes(nowNs: number): number {
    const { count } = this.#markets;
    let hashed = 0;
    for (let looked = 0; looked < count && hashed < HASHES_PER_TURN; looked += 1) {
      const market = this.#next;
      this.#next = market + 1 < count ? market + 1 : 0;
      if (this.#venues(market) !== L.VENUE_POLYMARKET) continue;
      if (this.#hash.turn(market, nowNs)) hashed += 1;
    }
    return hashed;
  }

  #onHash(market: number, seal: Seal, verdict: Verdict, inferred: boolean): void {
    if (inferred) this.#counters.add(L.COUNTER_HASH_TERMS_INFERRED, 1);
    if (verdict === 'verified') {
      this.#counters.add(L.COUNTER_HASH_VERIFIED, 1);
      this.#seals.proven(market, seal.recvNs);
    } else if (verdict === 'mismatched') {
      this.#counters.add(L.COUNTER_HASH_MISMATCHED, 1);
      this.#suspect(market, seal.frameSeq, false);
    } else this.#counters.add(L.COUNTER_HASH_UNVERIFIABLE, 1);
  }

  #onProbe(market: number, { verdict, frameSeq, askedNs, topDiffers }: ProbeResult): void {
    const counters = { agreed: L.COUNTER_PROBES_AGREED, differed: L.COUNTER_PROBES_DIFFERED };
    this.#counters.add({ ...counters, undecided: L.COUNTER_PROBES_UNDECIDED }[verdict], 1);
    if (verdict === 'agreed') this.#seals.proven(market, askedNs);
    if (verdict === 'differed') this.#suspect(market, frameSeq, topDiffers);
  }

  #suspect(market: number, frameSeq: number, top: boolean): void {
    this.#seals.refuted(market, frameSeq, top, this.#nowNs);
    this.#counters.add(L.COUNTER_SUSPECTS_ASKED, 1);
    if (!this.#evidence.tell(market, frameSeq)) this.#untold.set(market, frameSeq);
  }

  #tellAgain(): void {
    for (const [market, frameSeq] of this.#untold) {
      if (this.#evidence.tell(market, frameSeq)) this.#untold.delete(market);
    }
  }

  /** Counts silences; answers the markets the venue is to be asked for. */
  #lookAtAges(nowNs: number): number[] {
    const { silence, silenceMs, probeAfterMs, probeEveryMs } = this.#options;
    const due: number[] = [];
    for (let market = 0; market < this.#markets.count; market += 1) {
      const books = this.#books;
      if (books.state(market) !== L.BOOK_SYNCED) {
        this.#silent.delete(market);
        continue;
      }
      const isSilent = books.dataNs(market) - books.recvNs(market) > silenceMs * 1e6;
      if (isSilent && !this.#silent.has(market)) this.#counters.add(L.COUNTER_SILENCES, 1);
      if (isSilent) this.#silent.add(market);
      else this.#silent.delete(market);
      const unfollowed = nowNs - (this.#hash.waitingSince(market) ?? nowNs) > UNFOLLOWED_NS;
      const old =
        (silence && isSilent) ||
        unfollowed ||
        this.#seals.isDoubted(market) ||
        nowNs - books.verifiedNs(market) > probeAfterMs * 1e6;
      const rested = nowNs - (this.#probedNs.get(market) ?? Number.NEGATIVE_INFINITY) >= probeEveryMs * 1e6;
      if (old && rested && this.#venues(market) === L.VENUE_POLYMARKET) due.push(market);
    }
    return due;
  }

  /** One request at a time: doubted books first, since nothing is sent on them; then what was asked for longest ago. */
  #request(due: readonly number[], nowNs: number): void {
    if (this.#question !== undefined || nowNs < this.#requestNs) return;
    const asked = (market: number): number => this.#probedNs.get(market) ?? 0;
    const rank = (market: number): number => (this.#seals.isDoubted(market) ? 0 : 1);
    const markets = [...due].sort((a, b) => rank(a) - rank(b) || asked(a) - asked(b)).slice(0, BOOKS_PER_REQUEST);
    const tokens = markets.map((market) => this.#markets.tokenOf(market, L.VIEW_YES));
    const question: Question = { markets, askedNs: nowNs, answer: undefined };
    // First, because the answer may come before the call returns.
    this.#question = question;
    const isAsked = this.#ask(tokens, (body) => {
      question.answer = { body };
    });
    if (!isAsked) {
      this.#question = undefined;
      return;
    }
    this.#requestNs = nowNs + this.#options.probeEveryMs * 1e6;
    for (const market of markets) this.#probedNs.set(market, nowNs);
    this.#counters.add(L.COUNTER_PROBES, markets.length);
  }

  /** Every market that was asked for gets one verdict; what nobody asked for gets none. */
  #takeAnswer(nowNs: number): void {
    const { answer, markets, askedNs } = this.#question ?? { markets: [], askedNs: 0 };
    if (answer === undefined) return;
    this.#question = undefined;
    const books = provenBooks(answer.body, this.#markets);
    for (const market of markets) {
      const book = books.get(market);
      if (book === undefined) {
        this.#counters.add(L.COUNTER_PROBES_FAILED, 1);
        continue;
      }
      this.#terms.learn(market, book);
      this.#probe.answered(market, book.copy, askedNs, nowNs);
    }
  }
}

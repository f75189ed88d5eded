// The evidence for and against the engine's books: what venues state, compared with the books right after the message
// was applied. Fed with statements by whoever sees the messages (a verifier today, a thread beside a live feed later);
// reads books, changes nothing. Off the hot path; one instance per set of books.
import { BOOK_EMPTY, BOOK_STALE, VIEW_NO, VIEW_YES } from '../../wasm/layout.ts';
import { PRICE_ONE_E4 } from '../core/units.ts';
import type { BookStatement, StatedTerms, Statement } from '../venue/statements.ts';
import { type Claim, ClaimLine } from './claims.ts';
import type { EvidencePlace, HeldBook, Received } from './contract.ts';
import { digestOf, HashClaim } from './hash-claim.ts';
import { compareViews, type ViewedStatement } from './mirrors.ts';
import { SequenceLine } from './sequence.ts';
import { MarketTerms } from './terms.ts';
import { type Check, type EvidenceCounts, noEvidence, type Verdict } from './verdicts.ts';

interface MarketEvidence {
  readonly counts: EvidenceCounts;
  readonly terms: MarketTerms;
  /** By check, token and connection. */
  readonly lines: Map<string, { readonly line: ClaimLine; readonly connection: number }>;
}

/** Lines of one market kept when they wait for nothing: its two tokens with two checks on a few connections. */
const LINES_MAX = 16;

/** Collects verdicts per market. */
export class Evidence {
  readonly #place: EvidencePlace;
  readonly #markets = new Map<string, MarketEvidence>();
  readonly #sequence: SequenceLine;

  constructor(place: EvidencePlace) {
    this.#place = place;
    this.#sequence = new SequenceLine(place.seqScope);
  }

  /** Verdicts so far; all zero for a market nothing was stated of. */
  countsOf(marketId: string): EvidenceCounts {
    return this.#market(marketId).counts;
  }

  /** Markets that something was stated of. */
  marketIds(): string[] {
    return [...this.#markets.keys()];
  }

  /** Takes what metadata states of a market. */
  stateTerms(marketId: string, terms: StatedTerms): void {
    this.#market(marketId).terms.state(terms);
  }

  /** Takes the statements of one message of a feed, which the books show already. */
  message(statements: readonly Statement[], received: Received): void {
    const books = new Map<string, BookStatement[]>();
    for (const statement of statements) {
      const { marketId } = statement;
      if (statement.kind === 'trade') this.#learn(marketId, (terms) => terms.trade(statement.priceE4));
      else if (statement.kind === 'tick') this.#learn(marketId, (terms) => terms.state(statement));
      else if (statement.kind === 'sequence') this.#judgeSequence(statement, received);
      else books.set(marketId, [...(books.get(marketId) ?? []), statement]);
    }
    for (const [marketId, ofMarket] of books) this.#judgeBooks(marketId, ofMarket, received);
  }

  /** The engine refused a message that names these markets. */
  refused(marketIds: readonly string[], reason: string, received: Received): void {
    for (const marketId of marketIds) {
      this.#market(marketId).counts.refused += 1;
      this.#place.onFault({ ...received, check: 'refused', marketId, token: '', venueMs: 0, stated: reason });
    }
  }

  /**
   * Takes an answer to a request that `held` shows, and nothing but it; undefined: it could not be read. It proves
   * itself or not, and says what our books' hashes cover besides the levels. `agrees`: our own book equals it.
   */
  answer(statement: BookStatement, held: HeldBook | undefined, agrees: boolean, received: Received): void {
    if (!this.#place.options.rest) return;
    const { counts, terms } = this.#market(statement.marketId);
    const verified = held !== undefined && answerHolds(statement, held);
    counts.checks.hashRest[verified ? 'verified' : 'mismatched'] += 1;
    if (!verified) this.#fault('hashRest', statement, received);
    else terms.state(statement.terms);
    if (verified && agrees) counts.restAgreed += 1;
  }

  /** The connection is gone: what it left open stays unverifiable. */
  disconnected(connection: number): void {
    for (const { lines } of this.#markets.values()) {
      for (const [key, { line, connection: own }] of lines) {
        if (own !== connection) continue;
        line.end();
        lines.delete(key);
      }
    }
  }

  /** Nothing more will come. */
  end(): void {
    for (const { lines } of this.#markets.values()) {
      for (const { line } of lines.values()) line.end();
      lines.clear();
    }
  }

  #judgeBooks(marketId: string, statements: readonly BookStatement[], received: Received): void {
    const { markets, options } = this.#place;
    const index = markets.indexOf(marketId);
    if (index === undefined) return;
    const { terms, lines } = this.#market(marketId);
    const viewed = statements.flatMap((statement): ViewedStatement[] => {
      terms.state(statement.terms);
      const view = [VIEW_YES, VIEW_NO].find((one) => markets.tokenOf(index, one) === statement.token);
      return view === undefined ? [] : [{ statement, view }];
    });
    if (options.mirror) this.#judgeMirror(marketId, viewed, received);
    const proven = viewed.map((one) => options.hash && this.#judgeHash(one, index, received)).includes(true);
    if (options.top) for (const one of viewed) this.#judgeTop(one, index, received);
    // Another message may have completed the millisecond that claims of other tokens and connections wait for.
    for (const { line } of lines.values()) line.review();
    if (lines.size > LINES_MAX) forgetIdle(lines, received.connection);
    if (!proven) return;
    // A hash that holds proves that the book is the one at the end of its millisecond: nothing in this message waits.
    for (const { statement } of viewed) {
      for (const check of ['hash', 'top']) lines.get(lineKey(check, statement, received))?.line.settle();
    }
  }

  #judgeMirror(marketId: string, viewed: readonly ViewedStatement[], received: Received): void {
    for (const kind of ['ws', 'delta'] as const) {
      const compared = compareViews(viewed.filter(({ statement }) => statement.kind === kind));
      if (compared === undefined) continue;
      const { mirror } = this.#market(marketId).counts.checks;
      mirror.verified += compared.equal;
      mirror.mismatched += compared.differing;
      if (compared.differing > 0) this.#fault('mirror', { ...viewed[0]!.statement, hash: '' }, received);
    }
  }

  /** Answers true when the hash holds. */
  #judgeHash(viewed: ViewedStatement, index: number, received: Received): boolean {
    const { statement, view } = viewed;
    const { hash, kind } = statement;
    if (hash === '') return false;
    const { books, options } = this.#place;
    const { terms, counts } = this.#market(statement.marketId);
    const judged = this.#counter(kind === 'ws' ? 'hashWs' : 'hashDelta', statement, index, received);
    const claim = new HashClaim(statement, { books, index, view }, terms, options.inferTerms, (verdict, inferred) => {
      if (inferred) counts.termsInferred += 1;
      judged(verdict);
    });
    return this.#add('hash', claim, viewed, index, received);
  }

  #judgeTop(viewed: ViewedStatement, index: number, received: Received): void {
    const { statement, view } = viewed;
    const { top, venueMs } = statement;
    if (top === undefined) return;
    const { books } = this.#place;
    const bidE4 = view === VIEW_NO ? PRICE_ONE_E4 - top.askE4 : top.bidE4;
    const askE4 = view === VIEW_NO ? PRICE_ONE_E4 - top.bidE4 : top.askE4;
    const stated = `${top.bidE4}/${top.askE4}`;
    const claim: Claim = {
      stated,
      holds: () =>
        books.venueMs(index) === venueMs && books.bestBidE4(index) === bidE4 && books.bestAskE4(index) === askE4,
      holdsAfterAll: () => false,
      judged: this.#counter('top', { ...statement, hash: stated }, index, received),
    };
    this.#add('top', claim, viewed, index, received);
  }

  #add(check: string, claim: Claim, { statement }: ViewedStatement, index: number, received: Received): boolean {
    // A change older than the book is not compared, as in wasm/integrity.ts; a snapshot is a book of its own.
    if (statement.kind === 'delta' && statement.venueMs < this.#place.books.venueMs(index)) {
      claim.judged('unverifiable');
      return false;
    }
    const { lines } = this.#market(statement.marketId);
    const key = lineKey(check, statement, received);
    let entry = lines.get(key);
    if (entry === undefined) {
      entry = { line: new ClaimLine(), connection: received.connection };
      lines.set(key, entry);
    }
    return entry.line.add(claim, statement.venueMs);
  }

  /** Counts a verdict; what a book without a snapshot or with a known loss does not show proves nothing against it. */
  #counter(check: Check, statement: BookStatement, index: number, received: Received): (verdict: Verdict) => void {
    const state = this.#place.books.state(index);
    const isBook = state !== BOOK_EMPTY && state !== BOOK_STALE;
    return (verdict) => {
      const counted = verdict === 'mismatched' && !isBook ? 'unverifiable' : verdict;
      this.#market(statement.marketId).counts.checks[check][counted] += 1;
      this.#place.onVerdict?.(check, counted, received);
      if (counted === 'mismatched') this.#fault(check, statement, received);
    };
  }

  #judgeSequence(statement: Statement & { readonly kind: 'sequence' }, received: Received): void {
    if (!this.#place.options.sequence) return;
    const { sid, seq, marketId } = statement;
    const { counts } = this.#market(marketId);
    const found = this.#sequence.take(statement, received.connection);
    if (found === 'gap') counts.sequenceGaps += 1;
    const verdict = found === 'next' ? 'verified' : found === 'stepBack' ? 'mismatched' : 'unverifiable';
    counts.checks.sequence[verdict] += 1;
    if (verdict !== 'mismatched') return;
    const stated = `sid ${sid} seq ${seq}`;
    this.#place.onFault({ ...received, check: 'sequence', marketId, token: '', venueMs: 0, stated });
  }

  /** What is learned of a market may explain claims that wait. */
  #learn(marketId: string, learn: (terms: MarketTerms) => void): void {
    const { terms, lines } = this.#market(marketId);
    learn(terms);
    for (const { line } of lines.values()) line.review();
  }

  #market(marketId: string): MarketEvidence {
    let market = this.#markets.get(marketId);
    if (market === undefined) {
      market = { counts: noEvidence(), terms: new MarketTerms(), lines: new Map() };
      this.#markets.set(marketId, market);
    }
    return market;
  }

  #fault(check: Check, { marketId, token, venueMs, hash }: BookStatement, received: Received): void {
    this.#place.onFault({ ...received, check, marketId, token, venueMs, stated: hash });
  }
}

/** Recordings do not always tell that a connection ended. */
function forgetIdle(lines: MarketEvidence['lines'], current: number): void {
  for (const [key, { line, connection }] of lines) if (line.idle && connection !== current) lines.delete(key);
}

function lineKey(check: string, { token }: BookStatement, { connection }: Received): string {
  return `${check} ${token} ${connection}`;
}

/** An answer states all that its hash covers; one that does not is explained like a message of the feed. */
function answerHolds(statement: BookStatement, held: HeldBook): boolean {
  const { minSizeText, tickText, negRisk, lastTradeText } = statement.terms;
  const digest = digestOf(held, statement);
  if (minSizeText !== undefined && tickText !== undefined && negRisk !== undefined && lastTradeText !== undefined)
    return digest.hex({ minSizeText, tickText, negRisk, lastTradeText }) === statement.hash;
  const terms = new MarketTerms();
  terms.state(statement.terms);
  return terms.explain(digest, statement.hash, tickText);
}

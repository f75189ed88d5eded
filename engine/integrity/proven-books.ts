// Books in an answer of the venue that prove themselves: what was read is what the venue hashed. Pure; whoever asked the
// venue, the verifier's thread or the executor's, reads its answer here.
import { VIEW_NO, VIEW_YES } from '../../wasm/layout.ts';
import { jsonFromBytes } from '../venue/json.ts';
import type { BookDigest } from '../venue/polymarket/book-hash.ts';
import { restStatements } from '../venue/polymarket/statements.ts';
import type { BookStatement } from '../venue/statements.ts';
import { BookCopy } from './book-copy.ts';
import type { CheckedMarkets } from './contract.ts';
import { digestOf } from './hash-claim.ts';
import { MarketTerms } from './terms.ts';

export interface ProvenBook {
  readonly statement: BookStatement;
  /** The levels as the engine's folded book of the market would have them. */
  readonly copy: BookCopy;
  /** Explains `statement.hash`, with the right terms. */
  readonly digest: BookDigest;
}

/**
 * Books of the answer `body`, by market. Left out: what is no JSON, of a market or a token of it that is not known, and
 * what its own hash does not hold for. Of two books of one market the later one counts.
 */
export function provenBooks(body: string | undefined, markets: CheckedMarkets): Map<number, ProvenBook> {
  const books = new Map<number, ProvenBook>();
  const json = body === undefined ? undefined : jsonFromBytes(Buffer.from(body, 'utf8'));
  if (json === undefined || 'fault' in json) return books;
  for (const statement of restStatements(json.value)) {
    const market = markets.indexOf(statement.marketId);
    if (market === undefined) continue;
    const view = [VIEW_YES, VIEW_NO].find((one) => markets.tokenOf(market, one) === statement.token);
    const book = view === undefined ? undefined : provenBook(statement, view);
    if (book !== undefined) books.set(market, book);
  }
  return books;
}

function provenBook(statement: BookStatement, view: number): ProvenBook | undefined {
  const copy = BookCopy.ofStatement(statement, view);
  const digest = digestOf({ books: copy, index: 0, view }, statement);
  const terms = new MarketTerms();
  terms.state(statement.terms);
  return terms.explain(digest, statement.hash, statement.terms.tickText) ? { statement, copy, digest } : undefined;
}

// What a venue's messages state about books besides the changes themselves: hash, top, time, sequence. The checks of
// engine/integrity/ compare it with the books the engine holds. Off the hot path.

/** One level of one token, as stated. */
export interface StatedLevel {
  /** SIDE_BID or SIDE_ASK of the token. */
  readonly side: number;
  readonly priceE4: number;
  readonly sizeMicros: number;
}

/** Facts of a market that its book hash covers besides the levels; texts as the venue writes them. */
export interface StatedTerms {
  readonly minSizeText?: string | undefined;
  readonly tickText?: string | undefined;
  readonly negRisk?: boolean | undefined;
  /** '' = never traded. */
  readonly lastTradeText?: string | undefined;
}

/** What one message says of one token's book. */
export interface BookStatement {
  /** `ws`: a snapshot of the market channel. `delta`: its changes. `rest`: an answer to a request. */
  readonly kind: 'ws' | 'delta' | 'rest';
  readonly marketId: string;
  readonly token: string;
  readonly venueMs: number;
  /** 40 hex digits, '' when none was sent. */
  readonly hash: string;
  /** Best prices of the token behind the message, NO_BID_E4 and NO_ASK_E4 for none; undefined: not stated. */
  readonly top: { readonly bidE4: number; readonly askE4: number } | undefined;
  /** Whole book or changes, in the order sent. */
  readonly levels: readonly StatedLevel[];
  readonly terms: StatedTerms;
}

/** Everything the checks read of one message. */
export type Statement =
  | BookStatement
  | { readonly kind: 'trade'; readonly marketId: string; readonly priceE4: number }
  | { readonly kind: 'tick'; readonly marketId: string; readonly tickText: string }
  | {
      readonly kind: 'sequence';
      readonly marketId: string;
      readonly sid: number;
      readonly seq: number;
      /** A snapshot: numbers before it say nothing about the book any more. */
      readonly snapshot: boolean;
    };

// What the executor counts. Written on the executor's thread; read by the summary and the status line.

export interface ExecuteStats {
  opportunitiesTaken: number;
  basketsSent: number;
  /** Of these, those that shared a request with another. */
  basketsBatched: number;
  /** Every leg filled alike. */
  basketsComplete: number;
  /** Nothing filled: somebody was faster. */
  basketsMissed: number;
  /** A lone leg was sold back. */
  basketsUnwound: number;
  /** A lone leg could not be sold back and is held: exposure that is reported until someone acts or its market pays. */
  basketsCarried: number;
  /** A lone leg was paid when its market was over, and nothing of it was sold back. */
  basketsPaid: number;
  /** Tokens of markets that are over, paid; and such markets of which something is held and was not paid. */
  tokensPaid: number;
  marketsUnpaid: number;
  /** Baskets with legs that were read again before they could be sent, and those legs. */
  basketsReread: number;
  legsReread: number;
  /** Of these, books that the answer differed from, which was as new at least. */
  legsDiffered: number;
  /** Of these baskets, those that the answer left less of. */
  basketsShrunk: number;
  /** Books that baskets were sent on, by what later evidence said of them. */
  decisionsProven: number;
  decisionsOnWrongTop: number;
  decisionsOnWrongDepth: number;
  decisionsNotJudged: number;
  ordersSent: number;
  ordersRefused: number;
  unwindOrdersSent: number;
  fills: number;
  fillsFailed: number;
  fillsBeyondLimit: number;
  refusedRequests: number;
  unknownRequests: number;
  asks: number;
  /** Repeated events of a fill or order that changed nothing. */
  repeatedEvents: number;
  /** Events that the state table has no entry for. */
  ignoredEvents: number;
  foreignEvents: number;
  foreignTrades: number;
}

export function createStats(): ExecuteStats {
  return {
    opportunitiesTaken: 0,
    basketsSent: 0,
    basketsBatched: 0,
    basketsComplete: 0,
    basketsMissed: 0,
    basketsUnwound: 0,
    basketsCarried: 0,
    basketsPaid: 0,
    tokensPaid: 0,
    marketsUnpaid: 0,
    basketsReread: 0,
    legsReread: 0,
    legsDiffered: 0,
    basketsShrunk: 0,
    decisionsProven: 0,
    decisionsOnWrongTop: 0,
    decisionsOnWrongDepth: 0,
    decisionsNotJudged: 0,
    ordersSent: 0,
    ordersRefused: 0,
    unwindOrdersSent: 0,
    fills: 0,
    fillsFailed: 0,
    fillsBeyondLimit: 0,
    refusedRequests: 0,
    unknownRequests: 0,
    asks: 0,
    repeatedEvents: 0,
    ignoredEvents: 0,
    foreignEvents: 0,
    foreignTrades: 0,
  };
}

// Asks the venue for many books by one request, over a connection of its own beside those of orders: one of the verifier's
// thread, one of the main thread's. A 429 pauses everything on its thread that asks that host, as long as the venue says.
import type { Clock } from '../core/clock.ts';
import type { AskBooks } from '../venue/contract.ts';
import { joinHost, leaveHost } from '../venue/host-pause.ts';
import { HttpClient } from '../venue/http.ts';
import { booksBody } from '../venue/polymarket/books-answer.ts';

const WARM_PATH = '/time';
const DEADLINE_MS = 2_000;
const REDIAL_MS = 250;
const ANSWER_BYTES_MAX = 32 << 20;
/** After a 429 that names no time; and the longest that is believed. */
const PAUSE_S = 1;
const PAUSE_S_MAX = 600;

export interface BookAsker {
  readonly ask: AskBooks;
  close(): Promise<void>;
}

/** Opens a connection to the REST of origin `url`; an answer that takes longer than `deadlineMs` is none. */
export function askBooks(url: string, clock: Clock, deadlineMs = DEADLINE_MS): BookAsker {
  const client = new HttpClient({
    ...{ url, warmPath: WARM_PATH, userAgent: 'dutchbook', answerBytesMax: ANSWER_BYTES_MAX, redialMs: REDIAL_MS },
  });
  const pause = joinHost(url);
  let isClosed = false;
  const ask: AskBooks = (tokens, onBody) => {
    if (clock.nowNs() < pause.untilNs) return false;
    const nothing = (): void => onBody(undefined);
    return client.call({
      ...{ method: 'POST', path: '/books', headers: {}, deadlineMs },
      body: booksBody(tokens),
      ...{ onUnsent: nothing, onSent: () => {}, onLost: nothing },
      onAnswer: ({ status, body, retryAfterS }) => {
        const pauseS = retryAfterS > 0 ? Math.min(retryAfterS, PAUSE_S_MAX) : PAUSE_S;
        if (status === 429) pause.untilNs = Math.max(pause.untilNs, clock.nowNs() + pauseS * 1e9);
        onBody(status === 200 ? body : undefined);
      },
    });
  };
  const close = (): Promise<void> => {
    if (!isClosed) leaveHost(url);
    isClosed = true;
    return client.close();
  };
  return { ask, close };
}

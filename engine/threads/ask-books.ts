// Asks the venue for many books by one request, over a connection of its own beside those of orders: one of the verifier's
// thread, one of the main thread's.
import type { AskBooks } from '../venue/contract.ts';
import { HttpClient } from '../venue/http.ts';

const WARM_PATH = '/time';
const DEADLINE_MS = 2_000;
const REDIAL_MS = 250;
const ANSWER_BYTES_MAX = 32 << 20;

export interface BookAsker {
  readonly ask: AskBooks;
  close(): Promise<void>;
}

/** Opens a connection to the REST of origin `url`; an answer that takes longer than `deadlineMs` is none. */
export function askBooks(url: string, deadlineMs = DEADLINE_MS): BookAsker {
  const client = new HttpClient({
    ...{ url, warmPath: WARM_PATH, userAgent: 'dutchbook', answerBytesMax: ANSWER_BYTES_MAX, redialMs: REDIAL_MS },
  });
  const ask: AskBooks = (tokens, onBody) => {
    const nothing = (): void => onBody(undefined);
    return client.call({
      ...{ method: 'POST', path: '/books', headers: {}, deadlineMs },
      body: JSON.stringify(tokens.map((token) => ({ token_id: token }))),
      ...{ onUnsent: nothing, onSent: () => {}, onLost: nothing },
      onAnswer: ({ status, body }) => onBody(status === 200 ? body : undefined),
    });
  };
  return { ask, close: () => client.close() };
}

// Asks a venue a few questions over a connection that is opened for them: what a live run has to know before it begins. Main
// thread.
import type { Clock } from '../core/clock.ts';
import { deferred } from '../core/deferred.ts';
import { type HttpAnswer, HttpClient } from './http.ts';
import { isJsonObject, type JsonObject, type JsonValue, jsonOf } from './json.ts';

const DEADLINE_MS = 10_000;
const LOOK_MS = 10;
const HTTP_OK = 200;
const HTTP_TOO_MANY = 429;
/** After a 429 that names no time; doubles with each in a row. */
const TOO_MANY_MS = 250;
/** Lists of orders are the longest. */
const ANSWER_BYTES_MAX = 1 << 22;

export interface AskOnceOptions {
  readonly httpUrl: string;
  /** Opens the connection. */
  readonly warmPath: string;
  readonly userAgent: string;
}

/** One GET; `headers` are made when it leaves. */
export interface Question {
  readonly path: string;
  readonly query: string;
  headers(): Readonly<Record<string, string>>;
}

/**
 * Asks one question, again after a pause when the venue says that it was asked too much; rejects with one sentence when
 * there is no readable answer within 10 s.
 */
export type Ask = (question: Question) => Promise<JsonValue>;

/** Runs `talk` with a connection of its own. */
export async function asking<T>(
  { httpUrl: url, warmPath, userAgent }: AskOnceOptions,
  clock: Clock,
  talk: (ask: Ask) => Promise<T>,
): Promise<T> {
  const client = new HttpClient({ url, warmPath, userAgent, answerBytesMax: ANSWER_BYTES_MAX, redialMs: 250 });
  try {
    return await talk(async (question) => {
      const untilNs = clock.nowNs() + DEADLINE_MS * 1e6;
      await connected(client, clock, untilNs);
      let answer = await answerTo(client, question);
      for (let waitMs = TOO_MANY_MS; answer.status === HTTP_TOO_MANY; waitMs *= 2) {
        const pauseMs = Math.max(waitMs, answer.retryAfterS * 1_000);
        if (clock.nowNs() + pauseMs * 1e6 >= untilNs) break;
        await new Promise((resolve) => setTimeout(resolve, pauseMs));
        await connected(client, clock, untilNs);
        answer = await answerTo(client, question);
      }
      return readable(answer, question);
    });
  } finally {
    await client.close();
  }
}

async function connected(client: HttpClient, clock: Clock, untilNs: number): Promise<void> {
  while (!client.ready()) {
    if (clock.nowNs() >= untilNs) throw new Error(`not reached within ${DEADLINE_MS} ms (${client.status})`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

/** The answers, each a JSON object. Rejects with one sentence when one is none. */
export function askOnce(options: AskOnceOptions, questions: readonly Question[], clock: Clock): Promise<JsonObject[]> {
  return asking(options, clock, async (ask) => {
    const answers: JsonObject[] = [];
    for (const question of questions) {
      const answer = await ask(question);
      if (!isJsonObject(answer)) throw new Error(`no readable answer to ${question.path}`);
      answers.push(answer);
    }
    return answers;
  });
}

function answerTo(client: HttpClient, { path, query, headers }: Question): Promise<HttpAnswer> {
  const answer = deferred<HttpAnswer>();
  const lost = (reason: string): void => answer.reject(new Error(reason));
  const isTaken = client.call({
    ...{ method: 'GET', path: path + query, headers: headers(), body: '', deadlineMs: DEADLINE_MS },
    ...{ onSent: () => undefined, onUnsent: lost, onLost: lost, onAnswer: (told) => answer.resolve(told) },
  });
  if (!isTaken) lost(`not connected (${client.status})`);
  return answer.promise;
}

function readable({ status, body }: HttpAnswer, { path }: Question): JsonValue {
  const value = status === HTTP_OK ? jsonOf(body) : undefined;
  if (value === undefined) throw new Error(`status ${status} to ${path}, no readable answer`);
  return value;
}

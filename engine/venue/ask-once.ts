// Asks a venue a few questions over a connection that is opened for them: what a live run has to know before it begins. Main
// thread.
import type { Clock } from '../core/clock.ts';
import { deferred } from '../core/deferred.ts';
import { type HttpAnswer, HttpClient } from './http.ts';
import { isJsonObject, type JsonObject, type JsonValue, jsonOf } from './json.ts';

const DEADLINE_MS = 10_000;
const LOOK_MS = 10;
const HTTP_OK = 200;
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

/** Asks one question; rejects with one sentence when there is no readable answer within 10 s. */
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
      while (!client.ready()) {
        if (clock.nowNs() >= untilNs) throw new Error(`not reached within ${DEADLINE_MS} ms (${client.status})`);
        await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      }
      return answerTo(client, question);
    });
  } finally {
    await client.close();
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

async function answerTo(client: HttpClient, { path, query, headers }: Question): Promise<JsonValue> {
  const answer = deferred<HttpAnswer>();
  const lost = (reason: string): void => answer.reject(new Error(reason));
  client.call({
    ...{ method: 'GET', path: path + query, headers: headers(), body: '', deadlineMs: DEADLINE_MS },
    ...{ onSent: () => undefined, onUnsent: lost, onLost: lost, onAnswer: (told) => answer.resolve(told) },
  });
  const { status, body } = await answer.promise;
  const value = status === HTTP_OK ? jsonOf(body) : undefined;
  if (value === undefined) throw new Error(`status ${status} to ${path}, no readable answer`);
  return value;
}

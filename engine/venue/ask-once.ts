// Asks a venue a few questions over a connection that is opened for them: what a live run has to know before it begins. Main
// thread.
import type { Clock } from '../core/clock.ts';
import { deferred } from '../core/deferred.ts';
import { type HttpAnswer, HttpClient } from './http.ts';
import { isJsonObject, type JsonObject, jsonOf } from './json.ts';

const DEADLINE_MS = 10_000;
const LOOK_MS = 10;
const HTTP_OK = 200;

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

/** The answers, each a JSON object. Rejects with one sentence when one is none within 10 s. */
export async function askOnce(
  { httpUrl: url, warmPath, userAgent }: AskOnceOptions,
  questions: readonly Question[],
  clock: Clock,
): Promise<JsonObject[]> {
  const client = new HttpClient({ url, warmPath, userAgent, answerBytesMax: 1 << 20, redialMs: 250 });
  const untilNs = clock.nowNs() + DEADLINE_MS * 1e6;
  const answers: JsonObject[] = [];
  try {
    for (const question of questions) {
      while (!client.ready()) {
        if (clock.nowNs() >= untilNs) throw new Error(`not reached within ${DEADLINE_MS} ms (${client.status})`);
        await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      }
      answers.push(await ask(client, question));
    }
    return answers;
  } finally {
    await client.close();
  }
}

async function ask(client: HttpClient, { path, query, headers }: Question): Promise<JsonObject> {
  const answer = deferred<HttpAnswer>();
  const lost = (reason: string): void => answer.reject(new Error(reason));
  client.call({
    ...{ method: 'GET', path: path + query, headers: headers(), body: '', deadlineMs: DEADLINE_MS },
    ...{ onSent: () => undefined, onUnsent: lost, onLost: lost, onAnswer: (told) => answer.resolve(told) },
  });
  const { status, body } = await answer.promise;
  const value = status === HTTP_OK ? jsonOf(body) : undefined;
  if (!isJsonObject(value)) throw new Error(`status ${status}, no readable answer`);
  return value;
}

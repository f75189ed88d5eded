// What asking for books does about an answer that is a refusal: over a real socket, on a clock that the test moves.
import { expect, onTestFinished, test } from 'vitest';
import { Books } from '../../engine/book/books.ts';
import { BookRest } from '../../engine/ingest/book-rest.ts';
import type { PlacedSink } from '../../engine/ingest/feed-contract.ts';
import type { OutboundFeed } from '../../engine/ingest/outbound.ts';
import { openServer } from '../../engine/ingest/server.ts';
import { type RestFaultKind, withRestFaults } from '../../engine/venue/sim/rest-faults.ts';
import { smallArena } from '../helpers/arena.ts';

const POLL_MS = 1_000;
const MINUTE_NS = 60e9;
const REST = {
  ...{ userAgent: 'test', warmPath: '/time', connections: 1, requestsPerSecond: 50, deadlineMs: 5_000 },
  ...{ answerBytesMax: 1 << 20, attemptsMax: 1, retryMs: 10, connectMs: 5_000 },
};

/** A lost stream's books, asked for at a server whose every answer has `fault`. */
async function askedOf(fault: RestFaultKind) {
  let asked = 0;
  const books = async () => {
    asked += 1;
    return withRestFaults('x', [{ kind: `x${fault}`, ms: 1_000 }], () => ({ status: 200, body: '[]' }));
  };
  const routes = { 'POST /books': books, 'GET /time': () => ({ status: 200, body: '1' }) };
  const server = await openServer({ routes });
  const sink = { placeOf: () => 0, frame: () => 0 } as unknown as PlacedSink;
  const feeds = [{ mode: 'poll', isStreaming: false, tokens: new Set(['1']) } as unknown as OutboundFeed];
  const setup = { pollMs: POLL_MS, tokensPerRequest: 5, assetIdleMs: 0, graceMs: 0 };
  const rest = new BookRest(
    { ...setup, rest: { ...REST, url: `http://127.0.0.1:${server.port}` } },
    sink,
    new Books(smallArena()),
  );
  onTestFinished(async () => {
    await rest.close();
    await server.close();
  });
  let nowNs = 0;
  const turn = async (): Promise<void> => {
    nowNs += 1e4;
    rest.doWork(nowNs, feeds);
    await new Promise((resolve) => setImmediate(resolve));
  };
  /** Goes on until the questions so far are `failed`; the clock hardly moves. */
  const until = async (failed: number): Promise<void> => {
    while (rest.counts.failed < failed) await turn();
  };
  /** Lets the time pass in steps of a poll, with turns enough for a question to be answered in each. */
  const pass = async (ns: number): Promise<void> => {
    for (const endNs = nowNs + ns; nowNs < endNs; nowNs += POLL_MS * 1e6) for (let i = 0; i < 20; i += 1) await turn();
  };
  return { until, pass, asked: () => asked };
}

test.each(['403', 'Challenge'] as const)('after a refusal (%s) nothing is asked for a minute', async (fault) => {
  const { until, pass, asked } = await askedOf(fault);
  await until(1);
  expect(asked()).toBe(1);
  await pass(MINUTE_NS - 2 * POLL_MS * 1e6);
  expect(asked()).toBe(1);
  await pass(3 * POLL_MS * 1e6);
  await until(2);
  expect(asked()).toBe(2);
});

test('after an answer that only was of no use the next poll asks again', async () => {
  const { until, pass, asked } = await askedOf('502');
  await until(1);
  await pass(2 * POLL_MS * 1e6);
  await until(2);
  expect(asked()).toBeGreaterThanOrEqual(2);
});

// The question for many books over a real connection: what is asked, what comes back, the pause that a 429 asks for, and a venue
// that keeps silent.
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { LiveClock, VirtualClock } from '../../engine/core/clock.ts';
import { askBooks } from '../../engine/threads/ask-books.ts';
import { joinHost, leaveHost } from '../../engine/venue/host-pause.ts';
import { until, VenueServer } from '../venue/polymarket/venue-server.ts';

const DEADLINE_MS = 50;
/** What the venue may keep others waiting for when no deadline is given. */
const DEFAULT_MS = 2_000;

interface Answer {
  readonly status: number;
  readonly retryAfter?: string;
  readonly body: string;
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const piece of request) text += String(piece);
  return text;
}

/** Answers POST /books with `answers` in turn; collects what it was asked. */
async function asker(answers: Answer[]) {
  const asked: string[] = [];
  const server = createServer(async (request, response) => {
    const text = await textOf(request);
    if (request.method === 'GET') {
      response.end('1');
      return;
    }
    asked.push(`${request.method} ${request.url} ${text}`);
    const { status, retryAfter, body } = answers.shift()!;
    response.writeHead(status, retryAfter === undefined ? {} : { 'retry-after': retryAfter }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const clock = new VirtualClock(1e9);
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { ask, close } = askBooks(url, clock);
  onTestFinished(async () => {
    await close();
    server.close();
  });
  /** Resolves with the body once the connection takes the question. */
  const answered = async (): Promise<string | undefined> => {
    const bodies: (string | undefined)[] = [];
    await expect.poll(() => ask(['7', '8'], (body) => bodies.push(body)), { interval: 2 }).toBe(true);
    await expect.poll(() => bodies.length, { interval: 2 }).toBe(1);
    return bodies[0];
  };
  return { url, ask, answered, asked, clock };
}

const QUESTION = 'POST /books [{"token_id":"7"},{"token_id":"8"}]';

test('one request asks for all tokens, and its text comes back', async () => {
  const { answered, asked } = await asker([{ status: 200, body: '[]' }]);
  expect([await answered(), asked]).toEqual(['[]', [QUESTION]]);
});

test('after a 429 nothing is asked for as long as it says, for a second when it says nothing, for ten minutes at most', async () => {
  const ok = { status: 200, body: '[]' };
  for (const [retryAfter, pauseS] of [
    ['3', 3],
    [undefined, 1],
    ['86400', 600],
  ] as const) {
    const refused = { status: 429, ...(retryAfter === undefined ? {} : { retryAfter }), body: 'Too Many Requests' };
    const { ask, answered, asked, clock } = await asker([refused, ok]);
    expect(await answered()).toBe(undefined);
    clock.advanceTo(1e9 + pauseS * 1e9 - 1);
    // The connection is there again well within this time.
    await expect.poll(() => asked.length).toBe(1);
    for (let turn = 0; turn < 20; turn += 1) {
      expect(ask(['7'], () => expect.unreachable())).toBe(false);
      await new Promise((resolve) => setImmediate(resolve));
    }
    clock.advanceTo(1e9 + pauseS * 1e9);
    expect([await answered(), asked]).toEqual(['[]', [QUESTION, QUESTION]]);
  }
});

test('the pause of a 429 is that of all on the thread who ask that host, whoever was told of it', async () => {
  const { url, ask, answered, asked, clock } = await asker([
    { status: 429, retryAfter: '3', body: 'Too Many Requests' },
    { status: 200, body: '[]' },
  ]);
  const others = joinHost(url);
  onTestFinished(() => leaveHost(url));
  expect([await answered(), others.untilNs]).toEqual([undefined, 4e9]);
  others.untilNs = 9e9;
  clock.advanceTo(9e9 - 1);
  for (let turn = 0; turn < 20; turn += 1) {
    expect(ask(['7'], () => expect.unreachable())).toBe(false);
    await new Promise((resolve) => setImmediate(resolve));
  }
  clock.advanceTo(9e9);
  expect([await answered(), asked.length]).toEqual(['[]', 2]);
});

test('a venue that keeps silent holds nobody up beyond the deadline, and the next question is answered', async () => {
  const venue = await VenueServer.start();
  venue.answer = ({ path }) => ({ status: 200, body: path === '/books' ? '[]' : '{}' });
  const { ask, close } = askBooks(`http://127.0.0.1:${venue.port}`, new LiveClock(), DEADLINE_MS);
  const bodies: (string | undefined)[] = [];
  const answered = (count: number, what: string): Promise<void> => until(() => bodies.length === count, what);
  const asked = (): Promise<void> => until(() => ask(['7'], (body) => bodies.push(body)), 'the question is taken');
  try {
    venue.fault = 'silence';
    await asked();
    const fromMs = performance.now();
    await answered(1, 'the question is given up');
    expect(performance.now() - fromMs).toBeLessThan(DEFAULT_MS / 2);
    expect([venue.fired, bodies]).toEqual([['silence'], [undefined]]);
    venue.fault = undefined;
    await asked();
    await answered(2, 'the next one is answered');
    expect(bodies).toEqual([undefined, '[]']);
    expect(venue.calls().map(({ body }) => body)).toEqual(['[{"token_id":"7"}]', '[{"token_id":"7"}]']);
  } finally {
    await close();
    await venue.close();
  }
});

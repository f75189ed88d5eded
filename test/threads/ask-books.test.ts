// Questions for many books over a real connection, to a venue that answers or keeps silent.
import { expect, test } from 'vitest';
import { askBooks } from '../../engine/threads/ask-books.ts';
import { until, VenueServer } from '../venue/polymarket/venue-server.ts';

const DEADLINE_MS = 50;
/** What the venue may keep others waiting for when no deadline is given. */
const DEFAULT_MS = 2_000;

test('a venue that keeps silent holds nobody up beyond the deadline, and the next question is answered', async () => {
  const venue = await VenueServer.start();
  venue.answer = ({ path }) => ({ status: 200, body: path === '/books' ? '[]' : '{}' });
  const { ask, close } = askBooks(`http://127.0.0.1:${venue.port}`, DEADLINE_MS);
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

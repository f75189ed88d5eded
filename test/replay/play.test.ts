// Playing a recording over a real socket: pace, token, back-pressure, and a server that goes away.
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { LiveClock } from '../../engine/core/clock.ts';
import { type FeedServerSetup, openFeedServer } from '../../engine/ingest/feed-server.ts';
import { importRecording } from '../../engine/replay/import.ts';
import { PlayError, playRecording } from '../../engine/replay/play.ts';
import { RECORD_TEXT } from '../../engine/replay/segment.ts';
import { VENUE_POLYMARKET } from '../../wasm/layout.ts';
import { FIXTURES, recordsOf, temporaryDirectory } from './support/files.ts';

async function feed(
  token: string,
  onFrame = (): void => {},
): Promise<{ url: string; texts: string[]; venues: Set<number> }> {
  const texts: string[] = [];
  const venues = new Set<number>();
  const sink: Parameters<typeof openFeedServer>[1] = {
    frame: (bytes, venue) => {
      texts.push(Buffer.from(bytes).toString('utf8'));
      venues.add(venue);
      onFrame();
      return 1;
    },
    lost: () => {},
  };
  const setup: FeedServerSetup = {
    ...{ host: '127.0.0.1', port: 0, transport: 'ws', token, connectionsMax: 2, framesPerSecondMax: 1_000_000 },
    ...{ maxFrameBytes: 1 << 20, firstConnection: 1 },
  };
  const { server } = await openFeedServer(setup, sink, new LiveClock());
  onTestFinished(() => server.close());
  return { url: `ws://127.0.0.1:${server.port}/feed`, texts, venues };
}

async function session(): Promise<string> {
  const out = join(temporaryDirectory(), 'session');
  await importRecording(join(FIXTURES, 'session'), out, { from: 'polymarket-jsonl' });
  return out;
}

const NEVER = new AbortController().signal;

test('the feed server receives every frame of a recording, byte for byte and in order, and no REST answer', async () => {
  const recording = await session();
  const { url, texts, venues } = await feed('a-token');
  const to = `${url}/polymarket`;
  const played = await playRecording(recording, {
    to,
    speed: 'max',
    token: 'a-token',
    stop: NEVER,
    onProgress: () => {},
  });
  const frames = recordsOf(recording).filter(({ flags }) => flags === RECORD_TEXT);
  expect(texts).toEqual(frames.map(({ text }) => text));
  expect(played).toEqual({ frames: frames.length, frameBytes: Buffer.byteLength(texts.join('')) });
  expect([...venues]).toEqual([VENUE_POLYMARKET]);
});

test('a wrong token and a venue the recording lacks are errors before anything is sent', async () => {
  const recording = await session();
  const { url, texts } = await feed('a-token');
  const settings = { speed: 'max', token: 'wrong', stop: NEVER, onProgress: () => {} } as const;
  await expect(playRecording(recording, { ...settings, to: `${url}/polymarket` })).rejects.toThrow(/401/);
  await expect(playRecording(recording, { ...settings, to: `${url}/kalshi` })).rejects.toThrow(PlayError);
  expect(texts).toEqual([]);
});

test('at recorded pace the player waits for the next frame and stops at once when asked', async () => {
  const recording = join(temporaryDirectory(), 'fed');
  await importRecording(join(FIXTURES, 'fed-frames.json'), recording, { from: 'polymarket-frames' });
  const stop = new AbortController();
  // The second frame is due 16 s after the first, whose arrival is the sign to stop.
  const { url, texts } = await feed('a-token', () => stop.abort());
  const settings = { to: `${url}/polymarket`, speed: 1, token: 'a-token', stop: stop.signal, onProgress: () => {} };
  expect(await playRecording(recording, settings)).toMatchObject({ frames: 1 });
  expect(texts).toEqual([recordsOf(recording)[0]!.text]);
});

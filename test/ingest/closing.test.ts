// The end of ingest: what a venue sends before it has seen our close still comes in, and nothing after; a venue that
// does not answer is cut.
import { expect, onTestFinished, test } from 'vitest';
import { LiveClock } from '../../engine/core/clock.ts';
import type { DecodeExports } from '../../engine/ingest/frame-host.ts';
import { createTap } from '../../engine/ingest/frame-tap.ts';
import { FrameIntake } from '../../engine/ingest/frames.ts';
import { IngestAgent } from '../../engine/ingest/ingest.ts';
import { Counters } from '../../engine/memory/counters.ts';
import { Markets } from '../../engine/venue/markets.ts';
import * as L from '../../wasm/layout.ts';
import { smallArena, wasmOver } from '../helpers/arena.ts';
import { careWith, ONE_COPY } from '../helpers/care.ts';
import { PLAN } from '../replay/support/recorder.ts';
import { openRawServer, within } from './deck/peer.ts';
import { close, text } from './deck/wire.ts';

async function connected(transport: 'native' | 'ws') {
  const server = await openRawServer(false);
  onTestFinished(() => server.close());
  const arena = smallArena({ ...PLAN, receiveSlices: 1, receiveBytes: 4_096 });
  const counters = new Counters(arena, 0);
  const clock = new LiveClock();
  const intake = new FrameIntake({
    ...{ arena, clock, policy: 'live', registerUnknown: true, counters, tap: createTap(arena, counters) },
    ...{ exports: wasmOver<DecodeExports>(arena, 0), markets: new Markets(arena) },
  });
  const feed = {
    ...{ url: server.url, transport, tokens: ['1'], connection: 0, maxFrameBytes: 65_536 },
    ...{ care: careWith(), ...ONE_COPY },
  };
  const agent = new IngestAgent({ outbound: [feed], seed: 1 }, intake, clock);
  await agent.open();
  const peer = await server.next();
  peer.write(peer.opening());
  await within(
    new Promise<void>((opened) => {
      const timer = setInterval(() => {
        if (peer.frames.length === 0) return;
        clearInterval(timer);
        opened();
      }, 1);
    }),
    'subscription',
  );
  return { agent, peer, recorded: () => counters.get(L.COUNTER_RECORD_FRAMES) };
}

for (const transport of ['native', 'ws'] as const) {
  test(`over ${transport} a close takes what is on its way and comes back when the venue has answered`, async () => {
    const { agent, peer, recorded } = await connected(transport);
    const closed = agent.close();
    await within(peer.closing, 'close frame');
    expect(recorded()).toBe(0);
    peer.write(Buffer.concat([text('{"event_type":"last words"}'), close(1000)]));
    peer.end();
    await within(closed, 'end of ingest');
    expect(recorded()).toBe(1);
  });

  test(`over ${transport} a venue that does not answer a close is cut`, async () => {
    const { agent, peer } = await connected(transport);
    let isCut = false;
    for (const end of ['end', 'close']) {
      peer.socket.once(end, () => {
        isCut = true;
      });
    }
    await within(agent.close(), 'end of ingest');
    await expect.poll(() => isCut).toBe(true);
  });
}

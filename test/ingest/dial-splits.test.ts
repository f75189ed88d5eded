// A recorded session cut at every byte, and at every pair of bytes of its beginning: on real sockets, where the next part
// is written when the client has read the one before, the messages are the same for every cut and every transport.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as L from '../../wasm/layout.ts';
import { recordedFrames } from '../oracle/corpus.ts';
import { type Client, connect, TRANSPORTS } from './deck/client.ts';
import { openRawServer, type Peer, type RawServer, within } from './deck/peer.ts';
import { fragments, ping, TEXT, text } from './deck/wire.ts';

/** Twelve recorded frames; one of them in fragments, with a ping inside. */
const recorded = recordedFrames()
  .filter(({ venue, text: json }) => venue === L.VENUE_POLYMARKET && json.length < 900)
  .filter((_, index) => index % 4 === 0)
  .slice(0, 12)
  .map(({ text: json }) => Buffer.from(json));

const session = Buffer.concat(
  recorded.flatMap((bytes, index) => {
    if (index !== 5) return [text(bytes)];
    const [first, ...rest] = fragments(TEXT, bytes, 150);
    return [first!, ping('in'), ...rest];
  }),
);
const PREFIX = 64;

describe.each(TRANSPORTS.filter(({ name }) => name !== 'native over tcp'))('$name', (under) => {
  let server: RawServer;
  let client: Client;
  let peer: Peer;
  let arrived = 0;
  let wake: () => void = () => {};

  beforeAll(async () => {
    server = await openRawServer(under.tls);
    const accepted = server.next();
    client = connect(server.url, under, { ca: server.ca, sliceBytes: 2_048 });
    client.onRead = () => {
      arrived = client.socket.bytesReceived;
      wake();
    };
    peer = await accepted;
    peer.write(peer.opening());
  });
  afterAll(async () => {
    client.socket.terminate();
    await client.closed;
    await server.close();
  });

  /** Writes one part and waits until the client was handed something of it. */
  async function part(bytes: Buffer): Promise<void> {
    if (bytes.length === 0) return;
    const read = new Promise<void>((resolve) => {
      wake = resolve;
    });
    peer.write(bytes);
    await read;
  }

  /** Plays the parts; the messages they gave, once as many as expected came. */
  async function played(parts: readonly Buffer[], count: number): Promise<void> {
    client.messages.length = 0;
    for (const bytes of parts) await part(bytes);
    while (client.messages.length < count) {
      await within(
        new Promise<void>((resolve) => {
          wake = resolve;
          if (client.messages.length >= count) resolve();
        }),
        'rest of the session',
      );
      await new Promise(setImmediate);
    }
  }

  test('the session cut at every byte', async () => {
    expect(recorded).toHaveLength(12);
    for (let cut = 1; cut < session.length; cut += 1) {
      await played([session.subarray(0, cut), session.subarray(cut)], recorded.length);
      expect(client.messages.length, `cut at ${cut}`).toBe(recorded.length);
      for (const [index, { bytes }] of client.messages.entries()) {
        if (!bytes.equals(recorded[index]!)) expect.fail(`message ${index}, cut at ${cut}`);
      }
    }
    expect(arrived).toBeGreaterThan(session.length * (session.length - 2));
    if (under.inPlace) expect(client.placed()).toBeGreaterThan(session.length * 10);
  });

  test(`its first ${PREFIX} bytes cut at every pair`, async () => {
    const [first] = recorded;
    const whole = text(first!);
    for (let one = 1; one < PREFIX; one += 1) {
      for (let two = one + 1; two <= PREFIX; two += 1) {
        await played([whole.subarray(0, one), whole.subarray(one, two), whole.subarray(two)], 1);
        expect(client.messages.map(({ bytes }) => bytes.equals(first!))).toEqual([true]);
      }
    }
  });
});

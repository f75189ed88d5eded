// Outbound connections over both transports: opened, refused, too large, silent; each ends in one close with its reason.
import { createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import { dial } from '../../engine/ingest/dial.ts';
import type { DialTransport } from '../../engine/ingest/dial-contract.ts';
import { openServer } from '../../engine/ingest/server.ts';

interface Limits {
  readonly maxPayloadBytes?: number;
  readonly handshakeTimeoutMs?: number;
}

function outcomeOf(transport: DialTransport, url: string, options: Limits = {}) {
  return new Promise<{ opened: boolean; code: number; reason: string; messages: string[] }>((resolve, reject) => {
    const deadline = setTimeout(() => reject(new Error('no close within 10 s')), 10_000);
    const messages: string[] = [];
    let opened = false;
    const socket = dial(url, {
      ...options,
      transport,
      onOpen: () => {
        opened = true;
        socket.sendText('hello');
      },
      onMessage: (bytes) => messages.push(Buffer.from(bytes).toString()),
      onClose: (code, reason) => {
        clearTimeout(deadline);
        resolve({ opened, code, reason, messages });
      },
    });
  });
}

describe.each(['native', 'ws'] as const)('%s', (transport) => {
  const outcome = (url: string, options: Limits = {}) => outcomeOf(transport, url, options);

  test('a refused connection is one onClose with the reason, and no throw', async () => {
    const probe = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => probe.once('listening', resolve));
    const { port } = probe.address() as { port: number };
    await new Promise((resolve) => probe.close(resolve));
    const { opened, code, reason } = await outcome(`ws://127.0.0.1:${port}/x`);
    expect([opened, code]).toEqual([false, 1006]);
    expect(reason).toContain('ECONNREFUSED');
  });

  test('a server that accepts and says nothing runs into the handshake timeout', async () => {
    const mute = createServer(() => {}).listen(0, '127.0.0.1');
    await new Promise((resolve) => mute.once('listening', resolve));
    const { port } = mute.address() as { port: number };
    const { opened, reason } = await outcome(`ws://127.0.0.1:${port}/x`, { handshakeTimeoutMs: 100 });
    expect(opened).toBe(false);
    expect(reason).toContain('timed out');
    mute.close();
  });

  test('a ping is answered by the server, and tells so each time', async () => {
    const server = await openServer({ sockets: { '/x': { onMessage: () => undefined } } });
    const pongs = await new Promise<number>((resolve, reject) => {
      const deadline = setTimeout(() => reject(new Error('no pongs within 10 s')), 10_000);
      let count = 0;
      const socket = dial(`ws://127.0.0.1:${server.port}/x`, {
        transport,
        onOpen: () => expect(socket.ping()).toBe(true),
        onPong: () => {
          count += 1;
          if (count === 3) socket.close();
          else socket.ping();
        },
        onMessage: () => undefined,
        onClose: () => {
          clearTimeout(deadline);
          expect(socket.ping()).toBe(false);
          resolve(count);
        },
      });
    });
    expect(pongs).toBe(3);
    await server.close();
  });

  test("a message above the client's limit closes with 1009 and is not delivered", async () => {
    const server = await openServer({
      sockets: { '/x': { onMessage: (conn) => void conn.sendText('y'.repeat(2_000)) } },
    });
    const { opened, reason, messages, code } = await outcome(`ws://127.0.0.1:${server.port}/x`, {
      maxPayloadBytes: 1_999,
    });
    expect([opened, messages]).toEqual([true, []]);
    expect([code, reason]).toEqual([1006, 'Max payload size exceeded']);
    await server.close();
  });
});

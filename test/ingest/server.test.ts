// The server over both transports: the same behaviour from uWebSockets.js and from ws.
import { connect } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { nativePackages } from '../../engine/cli/native.ts';
import { VirtualClock } from '../../engine/core/clock.ts';
import { dial } from '../../engine/ingest/dial.ts';
import type { DialedSocket } from '../../engine/ingest/dial-contract.ts';
import { openFeedServer } from '../../engine/ingest/feed-server.ts';
import {
  loadUws,
  openServer,
  type Server,
  type ServerOptions,
  type SocketConnection,
} from '../../engine/ingest/server.ts';

/** A promise with its resolver and a deadline, so that a silent peer fails the test instead of hanging it. */
function awaited<T>(what: string, ms = 5_000): { promise: Promise<T>; done: (value: T) => void } {
  let done: (value: T) => void = () => {};
  const promise = new Promise<T>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no ${what} within ${ms} ms`)), ms);
    done = (value) => {
      clearTimeout(timer);
      resolve(value);
    };
  });
  return { promise, done };
}

/** A client with its messages as a queue. */
function client(url: string, headers: Record<string, string> = {}) {
  const messages: { bytes: Uint8Array; isText: boolean }[] = [];
  const opened = awaited<boolean>('open or close');
  const closed = awaited<{ code: number; reason: string }>('close', 20_000);
  closed.promise.catch(() => {});
  let wake = () => {};
  const socket: DialedSocket = dial(url, {
    headers,
    handshakeTimeoutMs: 2_000,
    onOpen: () => opened.done(true),
    onMessage: (bytes, isText) => {
      messages.push({ bytes: Uint8Array.from(bytes), isText });
      wake();
    },
    onClose: (code, reason) => {
      opened.done(false);
      closed.done({ code, reason });
    },
  });
  const next = async () => {
    const deadline = awaited<void>('message');
    wake = () => deadline.done();
    if (messages.length > 0) wake();
    await deadline.promise;
    return messages.shift()!;
  };
  return { socket, opened: opened.promise, closed: closed.promise, next };
}

/** A masked client frame; lets a test send what no library would. */
function rawFrame(opcode: number, isFinal: boolean, payload: string): Buffer {
  const body = Buffer.from(payload);
  return Buffer.concat([Buffer.from([(isFinal ? 0x80 : 0) | opcode, 0x80 | body.length, 0, 0, 0, 0]), body]);
}

test("pushers' connection numbers that would pass the table are refused by the name of the setting", async () => {
  const setup = {
    ...{ host: '127.0.0.1', port: 0, transport: 'ws' as const, token: 't', maxFrameBytes: 1024 },
    ...{ framesPerSecondMax: 1, firstConnection: 512, connectionsMax: 513 },
  };
  const sink = { frame: () => 0, lost: () => {} };
  const refused = openFeedServer(setup, sink, new VirtualClock());
  await expect(refused).rejects.toThrow(new RangeError('ingest.feedServer.connectionsMax: 513, allowed 1..512'));
  const { server: opened } = await openFeedServer({ ...setup, connectionsMax: 512 }, sink, new VirtualClock());
  await opened.close();
});

const uwsLoads = (await loadUws()) !== undefined;

test('the native transport loads here, or it is left out on purpose, or its binary needs a newer C library', () => {
  const fault = nativePackages().find(({ name }) => name === 'uWebSockets.js')?.degraded ?? 'not installed';
  const isExcused = process.env['DUTCHBOOK_TRANSPORT'] === 'ws' || /^this system has no GLIBC_/.test(fault);
  expect(uwsLoads || isExcused, fault).toBe(true);
});

describe.each(uwsLoads ? (['uws', 'ws'] as const) : (['ws'] as const))('server over %s', (transport) => {
  let server: Server | undefined;
  afterEach(async () => {
    await server?.close();
    server = undefined;
  });

  async function open(options: Omit<ServerOptions, 'transport'>): Promise<{ http: string; ws: string }> {
    server = await openServer({ ...options, transport });
    expect(server.transportName).toBe(transport);
    return { http: `http://127.0.0.1:${server.port}`, ws: `ws://127.0.0.1:${server.port}` };
  }

  const echo = {
    onMessage: (conn: SocketConnection, bytes: Uint8Array, isText: boolean) => {
      if (isText) conn.sendText(Buffer.from(bytes).toString('utf8'));
      else conn.sendBytes(Uint8Array.from(bytes));
    },
  };

  test('text and binary messages come back as they were sent, and the client counts the bytes', async () => {
    const url = await open({ sockets: { '/echo': echo } });
    const { socket, opened, next } = client(`${url.ws}/echo`);
    expect(await opened).toBe(true);
    socket.sendText('{"price":"0.5"}');
    const text = await next();
    expect([Buffer.from(text.bytes).toString(), text.isText]).toEqual(['{"price":"0.5"}', true]);
    socket.sendBytes(Uint8Array.of(0, 255, 7));
    const binary = await next();
    expect([[...binary.bytes], binary.isText]).toEqual([[0, 255, 7], false]);
    expect(socket.bytesSent).toBeGreaterThan(15 + 3);
    expect(socket.bytesReceived).toBeGreaterThan(15 + 3);
    socket.close();
  });

  test('a message in fragments with a ping between them arrives whole', async () => {
    const got = awaited<string>('message');
    const url = await open({
      sockets: { '/echo': { onMessage: (_, bytes) => got.done(Buffer.from(bytes).toString()) } },
    });
    const raw = connect(Number(new URL(url.http).port), '127.0.0.1');
    raw.write(
      'GET /echo HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n',
    );
    await new Promise((resolve) => raw.once('data', resolve));
    raw.write(rawFrame(1, false, '{"a":'));
    raw.write(rawFrame(9, true, 'ping'));
    raw.write(rawFrame(0, false, '"b'));
    raw.write(rawFrame(0, true, '"}'));
    expect(await got.promise).toBe('{"a":"b"}');
    raw.destroy();
  });

  test('a message above the limit is answered by close 1009 and never delivered', async () => {
    let delivered = 0;
    const url = await open({
      maxPayloadBytes: 1_000,
      sockets: {
        '/in': {
          onMessage: () => {
            delivered += 1;
          },
        },
      },
    });
    const { socket, opened, closed } = client(`${url.ws}/in`);
    await opened;
    socket.sendText('x'.repeat(1_001));
    expect((await closed).code).toBe(1009);
    expect(delivered).toBe(0);
  });

  test('an upgrade without the right header is refused and one with it accepted', async () => {
    const url = await open({
      sockets: {
        '/feed': {
          ...echo,
          authorize: (headers, path, query) =>
            headers['authorization'] === 'Bearer t' && query === 'v=1' && path === '/feed' ? true : 401,
        },
      },
    });
    const refused = client(`${url.ws}/feed?v=1`);
    expect(await refused.opened).toBe(false);
    expect((await refused.closed).reason).toContain('401');
    const accepted = client(`${url.ws}/feed?v=1`, { authorization: 'Bearer t' });
    expect(await accepted.opened).toBe(true);
    const lost = client(`${url.ws}/elsewhere`);
    expect(await lost.opened).toBe(false);
    accepted.socket.close();
  });

  test('HTTP routes get method, path, query, headers and body; unknown paths 404, throwing ones 500', async () => {
    const url = await open({
      maxBodyBytes: 100,
      routes: {
        'POST /orders': async ({ query, headers, body }) => ({
          status: 201,
          body: `${query}|${headers['poly-x']}|${Buffer.from(body).toString()}`,
        }),
        'GET /data/order/*': ({ path }) => ({ status: 200, body: JSON.stringify(path) }),
        'DELETE /order': () => {
          throw new Error('planted');
        },
      },
    });
    const posted = await fetch(`${url.http}/orders?a=1&b=2`, {
      method: 'POST',
      body: '{"x":1}',
      headers: { 'POLY-X': 'y' },
    });
    expect([posted.status, await posted.text()]).toEqual([201, 'a=1&b=2|y|{"x":1}']);
    expect(await (await fetch(`${url.http}/data/order/0xab`)).json()).toBe('/data/order/0xab');
    expect((await fetch(`${url.http}/orders`)).status).toBe(404);
    const thrown = await fetch(`${url.http}/order`, { method: 'DELETE' });
    expect([thrown.status, await thrown.text()]).toEqual([500, '{"error":"planted"}']);
    const large = await fetch(`${url.http}/orders`, { method: 'POST', body: 'x'.repeat(101) });
    expect(large.status).toBe(413);
  });

  test('a handler that hangs up leaves the client without an answer', async () => {
    const url = await open({ routes: { 'POST /orders': () => 'hangUp' } });
    await expect(fetch(`${url.http}/orders`, { method: 'POST', body: '1' })).rejects.toThrow();
  });

  test('a reader that stops makes sends answer false at the bound, and drain tells when it goes on', async () => {
    const drained = awaited<void>('drain', 10_000);
    const opened = awaited<SocketConnection>('connection');
    const url = await open({
      maxBackpressureBytes: 256 * 1024,
      sockets: { '/out': { onOpen: opened.done, onMessage: () => {}, onDrain: () => drained.done() } },
    });
    const slow = client(`${url.ws}/out`);
    const conn = await opened.promise;
    await slow.opened;
    slow.socket.pause();
    const text = 'x'.repeat(64 * 1024);
    let sent = 0;
    while (sent < 10_000 && conn.sendText(text)) sent += 1;
    expect(sent).toBeLessThan(10_000);
    expect(conn.bufferedBytes()).toBeLessThanOrEqual(256 * 1024 + 2 * text.length);
    slow.socket.resume();
    await drained.promise;
    expect(conn.sendText('more')).toBe(true);
    slow.socket.terminate();
  });

  test('close() with clients connected, one of them deaf, ends within a second and tells the others 1001', async () => {
    const closedConns: number[] = [];
    const url = await open({ sockets: { '/echo': { ...echo, onClose: (conn) => closedConns.push(conn.id) } } });
    const polite = client(`${url.ws}/echo`);
    const deaf = client(`${url.ws}/echo`);
    await Promise.all([polite.opened, deaf.opened]);
    deaf.socket.pause();
    const started = process.hrtime.bigint();
    await server?.close();
    expect(Number(process.hrtime.bigint() - started) / 1e6).toBeLessThan(1_000);
    server = undefined;
    expect((await polite.closed).code).toBe(1001);
    expect(closedConns).toHaveLength(2);
    await expect(fetch(`${url.http}/x`)).rejects.toThrow();
    deaf.socket.terminate();
  });

  test('a port that is taken is an error with the code EADDRINUSE', async () => {
    const url = await open({});
    const port = Number(new URL(url.http).port);
    await expect(openServer({ transport, port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  test('sending on a closed connection answers false and throws nothing', async () => {
    const opened = awaited<SocketConnection>('connection');
    const closed = awaited<void>('close');
    const url = await open({
      sockets: { '/echo': { onOpen: opened.done, onMessage: () => {}, onClose: () => closed.done() } },
    });
    const gone = client(`${url.ws}/echo`);
    const conn = await opened.promise;
    await gone.opened;
    gone.socket.terminate();
    await closed.promise;
    expect([conn.sendText('x'), conn.sendBytes(Uint8Array.of(1)), conn.bufferedBytes()]).toEqual([false, false, 0]);
    conn.close(1000);
  });
});

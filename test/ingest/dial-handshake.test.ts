// The opening handshake over every dialling transport: the request, every answer that must be refused, limits; then what
// goes wrong beside the protocol: masks, backlog, pauses, silence after a close.
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { dial } from '../../engine/ingest/dial.ts';
import { CLOSE_TIMEOUT_MS } from '../../engine/ingest/dial-contract.ts';
import { HEAD_BYTES_MAX } from '../../engine/ingest/ws-handshake.ts';
import { connect, TRANSPORTS } from './deck/client.ts';
import { openRawServer, type Peer, type RawServer, within } from './deck/peer.ts';
import { CLOSE, close, PONG, ping, text } from './deck/wire.ts';

interface Refusal {
  readonly title: string;
  readonly answer: (peer: Peer) => string;
  readonly reason: RegExp;
}

const line = (peer: Peer, from: RegExp, to: string): string => peer.opening().replace(from, to);

const REFUSALS: readonly Refusal[] = [
  { title: 'status 200', answer: () => 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n', reason: /response: 200/ },
  {
    title: 'status 401',
    answer: () => 'HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n',
    reason: /response: 401/,
  },
  {
    title: 'a redirection',
    answer: () => 'HTTP/1.1 302 Found\r\nLocation: ws://127.0.0.1/\r\nContent-Length: 0\r\n\r\n',
    reason: /response: 302/,
  },
  { title: 'no HTTP', answer: () => 'SSH-2.0-OpenSSH_9.2\r\n\r\n', reason: /HTTP|Parse Error/ },
  {
    title: 'no Upgrade header',
    answer: (peer) => line(peer, /Upgrade: websocket\r\n/, ''),
    reason: /Upgrade|response: 101/,
  },
  { title: 'another upgrade', answer: (peer) => line(peer, /Upgrade: websocket/, 'Upgrade: h2c'), reason: /Upgrade/ },
  {
    title: 'no Connection header',
    answer: (peer) => line(peer, /Connection: Upgrade\r\n/, ''),
    reason: /Connection|response: 101/,
  },
  {
    title: 'no accept',
    answer: (peer) => line(peer, /Sec-WebSocket-Accept: .*\r\n/, ''),
    reason: /Sec-WebSocket-Accept/,
  },
  {
    title: 'a wrong accept',
    answer: (peer) => line(peer, /Accept: .*/, 'Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo='),
    reason: /Sec-WebSocket-Accept/,
  },
  {
    title: 'two accepts',
    answer: (peer) => peer.opening(`Sec-WebSocket-Accept: ${peer.accept}\r\n`),
    reason: /Sec-WebSocket-Accept/,
  },
  {
    title: 'a subprotocol nobody asked for',
    answer: (peer) => peer.opening('Sec-WebSocket-Protocol: chat\r\n'),
    reason: /subprotocol/,
  },
  {
    title: 'permessage-deflate nobody offered',
    answer: (peer) => peer.opening('Sec-WebSocket-Extensions: permessage-deflate\r\n'),
    reason: /extension/i,
  },
  { title: 'a header without a name', answer: (peer) => peer.opening(': x\r\n'), reason: /header|Parse Error/i },
  { title: 'a header without a colon', answer: (peer) => peer.opening('nonsense\r\n'), reason: /header|Parse Error/i },
  {
    title: 'a head without end',
    answer: (peer) => `${peer.opening().slice(0, -2)}X-Long: ${'x'.repeat(2 * HEAD_BYTES_MAX)}`,
    reason: /head is longer|overflow/i,
  },
];

describe.each(TRANSPORTS)('$name', (under) => {
  let server: RawServer;
  beforeAll(async () => {
    server = await openRawServer(under.tls);
  });
  afterAll(() => server.close());

  async function opened(options: { maxPayloadBytes?: number } = {}) {
    const accepted = server.next();
    const client = connect(server.url, under, { ca: server.ca, ...options });
    const peer = await accepted;
    return { client, peer };
  }

  test('the request asks for what it must, with the caller’s headers, and for no extension', async () => {
    const accepted = server.next();
    const headers = { authorization: 'Bearer t', 'X-Case': 'a b' };
    const client = connect(server.url, under, { ca: server.ca, headers });
    const peer = await accepted;
    expect(peer.head).toMatch(/^GET \/deck\?x=1 HTTP\/1\.1\r\n/);
    expect(peer.header('host')).toBe(new URL(server.url).host);
    expect(peer.header('upgrade')?.toLowerCase()).toBe('websocket');
    expect(peer.header('connection')?.toLowerCase()).toBe('upgrade');
    expect(peer.header('sec-websocket-version')).toBe('13');
    expect(Buffer.from(peer.header('sec-websocket-key') ?? '', 'base64')).toHaveLength(16);
    expect([peer.header('authorization'), peer.header('x-case')]).toEqual(['Bearer t', 'a b']);
    expect(peer.header('user-agent')).toBe('dutchbook');
    expect(peer.header('sec-websocket-extensions')).toBeUndefined();
    expect(peer.header('sec-websocket-protocol')).toBeUndefined();
    client.socket.terminate();
    expect((await client.closed).code).toBe(1006);
  });

  test.each(REFUSALS)('refuses $title', async ({ answer, reason }) => {
    const { client, peer } = await opened();
    peer.write(answer(peer));
    const end = await client.closed;
    expect(client.opened()).toBe(false);
    expect(end.code).toBe(1006);
    expect(end.reason).toMatch(reason);
    peer.socket.destroy();
  });

  test('takes an answer in any case of letters, byte by byte, with frames right behind it', async () => {
    const { client, peer } = await opened();
    const shouted = peer
      .opening()
      .replace(/^(\S+):/gm, (name) => name.toUpperCase())
      .replace('websocket', 'WebSocket');
    const pieces = [...Buffer.from(shouted, 'latin1')].map((byte) => Buffer.from([byte]));
    await peer.writeAll([...pieces.slice(0, -1), Buffer.concat([pieces.at(-1)!, text('first'), close(1000)])]);
    peer.end();
    expect((await client.closed).code).toBe(1000);
    expect(client.messages.map(({ bytes }) => bytes.toString())).toEqual(['first']);
  });

  test('a peer that answers the close but never ends its side is cut after the close timeout, and not before', async () => {
    const { client, peer } = await opened();
    peer.write(peer.opening());
    peer.write(text('go'));
    while (client.messages.length === 0) await new Promise(setImmediate);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    let ended = false;
    void client.closed.then(() => {
      ended = true;
    });
    peer.write(close(1000));
    await peer.closing;
    vi.advanceTimersByTime(CLOSE_TIMEOUT_MS - 1);
    for (let turn = 0; turn < 50; turn += 1) await new Promise(setImmediate);
    expect(ended).toBe(false);
    vi.advanceTimersByTime(1);
    expect((await client.closed).code).toBe(1000);
  });

  test('a server that ends during the handshake, or after it without a word, is a cut', async () => {
    for (const answer of ['HTTP/1.1 101 Swi', 'open']) {
      const { client, peer } = await opened();
      peer.write(answer === 'open' ? peer.opening() : answer);
      peer.end();
      expect((await client.closed).code).toBe(1006);
      expect(client.opened()).toBe(answer === 'open');
    }
  });

  test('masks differ from frame to frame, and what is sent comes out as it was', async () => {
    const { client, peer } = await opened();
    const raw: Buffer[] = [];
    peer.socket.on('data', (bytes: Buffer) => raw.push(bytes));
    peer.write(peer.opening());
    peer.write(text('go'));
    while (client.messages.length === 0) await new Promise(setImmediate);
    const payloads = ['', 'a', 'x'.repeat(125), 'y'.repeat(126), 'ü'.repeat(40_000)];
    for (let round = 0; round < 300; round += 1) expect(client.socket.sendText('same')).toBe(true);
    for (const payload of payloads) client.socket.sendText(payload);
    client.socket.sendBytes(Buffer.from([0, 255]));
    client.socket.close();
    await within(peer.closing, 'close');
    expect(peer.violation).toBe('');
    expect(peer.frames.slice(0, 300).every(({ payload }) => payload.toString() === 'same')).toBe(true);
    expect(peer.frames.slice(300, 305).map(({ payload }) => payload.toString())).toEqual(payloads);
    expect(peer.frames[305]).toEqual({ opcode: 2, payload: Buffer.from([0, 255]) });
    expect(peer.frames.at(-1)).toEqual({ opcode: CLOSE, payload: Buffer.from([3, 232]) });
    const wire = Buffer.concat(raw);
    const masks = new Set(Array.from({ length: 300 }, (_, at) => wire.readUInt32BE(at * 10 + 2)));
    expect(masks.size).toBeGreaterThan(290);
    expect([client.socket.sendText('late'), client.socket.sendBytes(Buffer.alloc(1))]).toEqual([false, false]);
    peer.write(close(1000));
    peer.end();
    expect((await client.closed).code).toBe(1000);
  });

  test('messages behind our own close still come; pings are not answered any more', async () => {
    const { client, peer } = await opened();
    peer.write(peer.opening());
    peer.write(text('one'));
    while (client.messages.length === 0) await new Promise(setImmediate);
    client.socket.close();
    await within(peer.closing, 'close');
    peer.write(Buffer.concat([text('two'), ping('late'), close(1000)]));
    peer.end();
    expect((await client.closed).code).toBe(1000);
    expect(client.messages.map(({ bytes }) => bytes.toString())).toEqual(['one', 'two']);
    expect(peer.frames.filter(({ opcode }) => opcode === PONG)).toEqual([]);
    expect(peer.frames.filter(({ opcode }) => opcode === CLOSE)).toHaveLength(1);
  });

  test('pause holds the peer back in the kernel, resume goes on where it stopped', async () => {
    const { client, peer } = await opened();
    peer.write(peer.opening());
    peer.write(text('go'));
    while (client.messages.length === 0) await new Promise(setImmediate);
    client.socket.pause();
    const block = text('z'.repeat(60_000));
    let written = 0;
    while (written < 2_000 && peer.socket.write(block)) written += 1;
    // The kernel's buffers are full: the peer waits.
    expect(written).toBeLessThan(2_000);
    const before = client.messages.length;
    client.socket.resume();
    await within(once(peer.socket, 'drain'), 'drain');
    peer.write(close(1000));
    peer.end();
    expect((await client.closed).code).toBe(1000);
    expect(client.messages.length - before).toBeGreaterThanOrEqual(written);
    expect(client.messages.at(-1)?.bytes.length).toBe(60_000);
  });

  test('a flood of pings is answered within bounds, or given up; memory does not grow with it', async () => {
    const { client, peer } = await opened();
    peer.write(peer.opening());
    peer.socket.pause();
    const flood = Buffer.concat(Array.from({ length: 1_000 }, (_, at) => ping(`${at}`.padEnd(100, '.'))));
    let buffered = 0;
    for (let round = 0; round < 100 && peer.socket.writable; round += 1) {
      await peer.writeAll([flood]);
      await new Promise(setImmediate);
      buffered = Math.max(buffered, client.socket.bufferedBytes);
    }
    expect(buffered).toBeLessThan(200_000);
    client.socket.terminate();
    expect((await client.closed).code).toBe(1006);
  });
});

test.each(['native', 'ws'] as const)('%s throws SyntaxError for a URL it cannot use', (transport) => {
  const options = { transport, onOpen: () => {}, onMessage: () => {}, onClose: () => {} };
  for (const url of ['', 'nonsense', 'ftp://127.0.0.1/', 'ws://127.0.0.1/#part']) {
    expect(() => dial(url, options), url).toThrow(SyntaxError);
  }
});

test.each(['native', 'ws'] as const)('%s does not repeat a URL, whose path may hold a key', (transport) => {
  const options = { transport, onOpen: () => {}, onMessage: () => {}, onClose: () => {} };
  for (const url of ['ftp://127.0.0.1/secret', 'ws://127.0.0.1:99999/secret', 'ws://127.0.0.1/secret#part']) {
    let said = '';
    try {
      dial(url, options);
    } catch (error) {
      said = String(error);
    }
    expect(said).toMatch(/^SyntaxError: ./);
    expect(said).not.toContain('secret');
  }
});

test('native throws SyntaxError for headers that would break the request', () => {
  const options = { onOpen: () => {}, onMessage: () => {}, onClose: () => {} };
  for (const headers of [{ 'a b': 'x' }, { a: 'x\r\nHost: evil' }, { host: 'other' }, { 'Sec-WebSocket-Key': 'x' }]) {
    expect(() => dial('ws://127.0.0.1:1/', { ...options, headers })).toThrow(SyntaxError);
  }
});

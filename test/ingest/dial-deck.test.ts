// The protocol deck over every dialling transport: the same cases, real sockets, a scripted server.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DeckCase, deckCases, type Outcome } from './deck/cases.ts';
import { connect, TRANSPORTS, type Under } from './deck/client.ts';
import { openRawServer, type RawServer, within } from './deck/peer.ts';
import { CLOSE, close, PONG } from './deck/wire.ts';

/** What came of it, with a digest of large messages so that a difference can be read. */
interface Seen {
  readonly messages: readonly string[];
  readonly pongs: readonly string[];
  readonly wireCode: number;
  readonly closedWith: number;
}

function shown({ isText, bytes }: { readonly isText: boolean; readonly bytes: Buffer }): string {
  const body = bytes.length <= 64 ? bytes.toString('hex') : `${bytes.length} bytes`;
  return `${isText ? 'text' : 'binary'} ${body}`;
}

async function play(server: RawServer, under: Under, deckCase: DeckCase) {
  const { maxPayloadBytes } = deckCase;
  const limits = maxPayloadBytes === undefined ? {} : { maxPayloadBytes };
  const accepted = server.next();
  const client = connect(server.url, under, { ca: server.ca, ...limits });
  const peer = await accepted;
  peer.write(peer.opening());
  await peer.writeAll([...deckCase.send, close(1000)]);
  await within(peer.closing, 'close frame');
  peer.end();
  const { code, reason } = await client.closed;
  const closes = peer.frames.filter(({ opcode }) => opcode === CLOSE).map(({ payload }) => payload);
  const seen: Seen = {
    messages: client.messages.map(shown),
    pongs: peer.frames.filter(({ opcode }) => opcode === PONG).map(({ payload }) => payload.toString('latin1')),
    wireCode: closes[0] === undefined ? 0 : closes[0].length === 0 ? 1005 : closes[0].readUInt16BE(),
    closedWith: code,
  };
  return { seen, closes, reason, peer, client };
}

function expected({ messages, pongs, wireCode, closedWith }: Outcome): Seen {
  return { messages: messages.map(shown), pongs, wireCode, closedWith };
}

const cases = deckCases();

test('the deck has every case once, few of them with a word on ws', () => {
  expect(cases.length).toBeGreaterThan(380);
  expect(new Set(cases.map(({ id }) => id)).size).toBe(cases.length);
  expect(new Set(cases.flatMap(({ ws }) => (ws === undefined ? [] : [ws.why]))).size).toBe(2);
});

describe.each(TRANSPORTS)('$name', (under) => {
  let server: RawServer;
  beforeAll(async () => {
    server = await openRawServer(under.tls);
  });
  afterAll(() => server.close());

  test.each(cases)('$id $title', async (deckCase) => {
    const own = under.transport === 'ws' ? deckCase.ws : undefined;
    const outcome: Outcome = own === undefined ? deckCase.expect : { ...deckCase.expect, ...own };
    const { seen, closes, reason, peer, client } = await play(server, under, deckCase);
    expect(seen).toEqual(expected(outcome));
    expect(peer.violation).toBe('');
    expect(closes).toHaveLength(1);
    for (const [at, { bytes }] of client.messages.entries()) {
      expect(bytes.equals(outcome.messages[at]!.bytes), `message ${at}`).toBe(true);
    }
    // A failed connection says why; one that the peer closed hands on the peer's reason.
    if (outcome.closedWith === 1006) expect(reason).not.toBe('');
    const small = outcome.messages.filter(({ bytes }) => bytes.length < 16_384).length;
    if (under.inPlace) expect(client.placed()).toBeGreaterThanOrEqual(small);
  });
});

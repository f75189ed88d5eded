// Random sessions, damaged at random and cut at random, over every dialling transport on real sockets: each must make of
// them what the slow oracle does, without a throw and without a hang.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Random } from '../../engine/core/random.ts';
import { connect, TRANSPORTS, type Under } from './deck/client.ts';
import { judge, type Rules, type Verdict } from './deck/oracle.ts';
import { openRawServer, type RawServer, within } from './deck/peer.ts';
import { CLOSE, close, frame, PONG } from './deck/wire.ts';

const SEED = 20_261_121;
const SESSIONS = 150;
const PAYLOAD_BYTES_MAX = 2_000;

/** What is done to a session, each counted: a fault that never fired tests nothing. */
const FAULTS = [
  'none',
  'flipBit',
  'dropByte',
  'doubleFrame',
  'swapFrames',
  'randomByte',
  'truncate',
  'longLength',
] as const;
type Fault = (typeof FAULTS)[number];

interface Session {
  readonly fault: Fault;
  readonly pieces: readonly Buffer[];
}

function payloadOf(random: Random, isText: boolean): Buffer {
  const length = random.chance(0.1) ? random.integer(1_500, 2_100) : random.integer(0, 300);
  if (!isText) return Buffer.from(Array.from({ length }, () => random.integer(0, 255)));
  const letters = ['a', '{', '"', '7', 'é', '€', '😀'];
  let words = '';
  while (Buffer.byteLength(words) < length) words += letters[random.integer(0, random.chance(0.8) ? 3 : 6)]!;
  return Buffer.from(words);
}

function controlOf(random: Random): Buffer {
  const payload = Buffer.from('ping-'.repeat(random.integer(0, 25)));
  return frame({ opcode: random.chance(0.7) ? 9 : 10, payload });
}

/** Frames of a session without a fault, the last one mostly a close. */
function framesOf(random: Random): Buffer[] {
  const frames: Buffer[] = [];
  for (let count = random.integer(1, 12); count > 0; count -= 1) {
    const isText = random.chance(0.8);
    const payload = payloadOf(random, isText);
    const parts = random.chance(0.3) ? random.integer(2, 5) : 1;
    for (let part = 0; part < parts; part += 1) {
      const cut = (at: number): number => Math.floor((payload.length * at) / parts);
      const opcode = part > 0 ? 0 : isText ? 1 : 2;
      frames.push(frame({ opcode, payload: payload.subarray(cut(part), cut(part + 1)), fin: part === parts - 1 }));
      if (random.chance(0.2)) frames.push(controlOf(random));
    }
  }
  if (random.chance(0.8)) frames.push(close([1000, 1001, 1011, 3001, 4000][random.integer(0, 4)]!, 'Ende €'));
  return frames;
}

function damaged(random: Random, frames: Buffer[], fault: Fault): Buffer {
  const at = random.integer(0, frames.length - 1);
  if (fault === 'doubleFrame') frames.splice(at, 0, frames[at]!);
  if (fault === 'swapFrames') frames.reverse();
  const stream = Buffer.concat(frames);
  const place = random.integer(0, stream.length - 1);
  // Half of the damage falls on the heads, where the protocol is.
  const head = random.chance(0.5) ? frames.slice(0, at).reduce((sum, { length }) => sum + length, 0) : place;
  if (fault === 'flipBit') stream[head] = stream[head]! ^ (1 << random.integer(0, 7));
  if (fault === 'randomByte') stream[head] = random.integer(0, 255);
  if (fault === 'dropByte') return Buffer.concat([stream.subarray(0, head), stream.subarray(head + 1)]);
  if (fault === 'truncate') return stream.subarray(0, place);
  if (fault === 'longLength')
    return Buffer.concat([frame({ opcode: 1, payload: 'x', lengthBytes: random.chance(0.5) ? 2 : 8 }), stream]);
  return stream;
}

function sessions(): Session[] {
  const random = new Random(SEED);
  return Array.from({ length: SESSIONS }, (_, index) => {
    const fault = FAULTS[index % FAULTS.length]!;
    const stream = damaged(random, framesOf(random), fault);
    const pieces: Buffer[] = [];
    const largest = [1, 7, 100, 5_000][random.integer(0, 3)]!;
    for (let at = 0; at < stream.length; ) {
      const size = Math.max(random.integer(1, largest), Math.ceil(stream.length / 400));
      pieces.push(stream.subarray(at, at + size));
      at += size;
    }
    return { fault, pieces };
  });
}

const all = sessions();

/** ws takes lengths that are not in their shortest form. */
function rulesOf({ transport }: Under): Rules {
  return { payloadBytesMax: PAYLOAD_BYTES_MAX, shortest: transport === 'native' };
}

const shownOf = ({ isText, bytes }: { isText: boolean; bytes: Buffer }): string => `${isText} ${bytes.toString('hex')}`;

async function play(server: RawServer, under: Under, pieces: readonly Buffer[]) {
  const accepted = server.next();
  // A slice far smaller than the stream: it wraps, moves and overflows in every session.
  const limits = { maxPayloadBytes: PAYLOAD_BYTES_MAX, sliceBytes: 1_024 };
  const client = connect(server.url, under, { ca: server.ca, ...limits });
  const peer = await accepted;
  peer.write(peer.opening());
  await peer.writeAll(pieces);
  peer.end();
  const { code } = await client.closed;
  await within(peer.closing, 'end');
  const closes = peer.frames.filter(({ opcode }) => opcode === CLOSE);
  const first = closes[0]?.payload;
  return {
    violation: peer.violation,
    closes: closes.length,
    seen: {
      messages: client.messages.map(shownOf),
      pongs: peer.frames.filter(({ opcode }) => opcode === PONG).map(({ payload }) => payload.toString('latin1')),
      wireCode: first === undefined ? 0 : first.length === 0 ? 1005 : first.readUInt16BE(0),
      closedWith: code,
    },
  };
}

test('every fault fires, and changes the outcome of sessions', () => {
  const rules: Rules = { payloadBytesMax: PAYLOAD_BYTES_MAX, shortest: true };
  const codes = new Map<number, number>();
  for (const fault of FAULTS) {
    const own = all.filter((session) => session.fault === fault);
    expect(own.length, fault).toBeGreaterThanOrEqual(Math.floor(SESSIONS / FAULTS.length));
    for (const { pieces } of own) {
      const { wireCode } = judge(Buffer.concat(pieces), rules);
      codes.set(wireCode, (codes.get(wireCode) ?? 0) + 1);
    }
  }
  for (const code of [0, 1000, 1002, 1007, 1009])
    expect(codes.get(code), `sessions that end ${code}`).toBeGreaterThan(2);
  const strict = all.filter(({ fault }) => fault === 'longLength');
  for (const { pieces } of strict) expect(judge(Buffer.concat(pieces), rules).wireCode).toBe(1002);
});

describe.each(TRANSPORTS)('$name', (under) => {
  let server: RawServer;
  beforeAll(async () => {
    server = await openRawServer(under.tls);
  });
  afterAll(() => server.close());

  test(`${SESSIONS} sessions of seed ${SEED} end as the oracle says`, async () => {
    for (const [index, { fault, pieces }] of all.entries()) {
      const { seen, violation, closes } = await play(server, under, pieces);
      const verdict: Verdict = judge(Buffer.concat(pieces), rulesOf(under));
      const expected = { ...verdict, messages: verdict.messages.map(shownOf) };
      expect(seen, `session ${index}, ${fault}`).toEqual(expected);
      expect(violation).toBe('');
      expect(closes).toBeLessThanOrEqual(1);
    }
  });
});

// The cases of the test deck, numbered like those of the well-known conformance suite where it has them: framing,
// pings, reserved bits, opcodes, fragments, UTF-8, closing, limits and sizes (RFC 6455 §5 to §7), seen from a client.
import { Random } from '../../../engine/core/random.ts';
import type { Message } from './client.ts';
import { UTF8_INVALID, UTF8_VALID } from './utf8.ts';
import { BINARY, binary, close, fragments, frame, more, PING, ping, pong, TEXT, text } from './wire.ts';

/** What the client must make of it. */
export interface Outcome {
  readonly messages: readonly Message[];
  /** Payloads of the pongs it sends, in order. */
  readonly pongs: readonly string[];
  /** Code of its close frame; 1005: without payload. */
  readonly wireCode: number;
  /** Code given to `onClose`; 1006 when the client failed the connection. */
  readonly closedWith: number;
}

export interface DeckCase {
  readonly id: string;
  readonly title: string;
  /** Written one after the other; then comes a close frame with 1000, which a client that failed no longer reads. */
  readonly send: readonly Buffer[];
  readonly expect: Outcome;
  readonly maxPayloadBytes?: number;
  /** Where ws differs from the rest, and why that is how it is. */
  readonly ws?: Partial<Outcome> & { readonly why: string };
}

const random = new Random(6455);

function drawText(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at < length; at += 1) bytes[at] = 0x20 + ((at * 7 + (at >> 8)) % 95);
  return bytes;
}

function drawBytes(length: number): Buffer {
  const bytes = Buffer.alloc(length, 0xfe);
  for (let at = 0; at < length; at += Math.max(1, length >> 12)) bytes[at] = random.integer(0, 255);
  return bytes;
}

const asText = (payload: Uint8Array | string): Message => ({ isText: true, bytes: Buffer.from(payload as Uint8Array) });
const asBinary = (payload: Uint8Array | string): Message => ({
  isText: false,
  bytes: Buffer.from(payload as Uint8Array),
});

/** Ends by the close handshake that the server begins. */
function ends(messages: readonly Message[] = [], pongs: readonly string[] = []): Outcome {
  return { messages, pongs, wireCode: 1000, closedWith: 1000 };
}

/** The client fails the connection with `wireCode`. */
function fails(wireCode: number, messages: readonly Message[] = [], pongs: readonly string[] = []): Outcome {
  return { messages, pongs, wireCode, closedWith: 1006 };
}

/** One write per byte. */
function octets(...frames: readonly Buffer[]): Buffer[] {
  return [...Buffer.concat(frames)].map((byte) => Buffer.from([byte]));
}

function chopped(size: number, ...frames: readonly Buffer[]): Buffer[] {
  const all = Buffer.concat(frames);
  return Array.from({ length: Math.ceil(all.length / size) }, (_, at) => all.subarray(at * size, (at + 1) * size));
}

const cases: DeckCase[] = [];

function add(id: string, title: string, send: readonly Buffer[], expect: Outcome, rest: Partial<DeckCase> = {}): void {
  cases.push({ id, title, send, expect, ...rest });
}

function addFraming(): void {
  for (const [index, length] of [0, 125, 126, 127, 128, 65_535, 65_536].entries()) {
    const words = drawText(length);
    const bytes = drawBytes(length);
    add(`1.1.${index + 1}`, `text of ${length} bytes`, [text(words)], ends([asText(words)]));
    add(`1.2.${index + 1}`, `binary of ${length} bytes`, [binary(bytes)], ends([asBinary(bytes)]));
  }
  const long = drawText(65_536);
  add('1.1.8', 'text of 65536 bytes in pieces of 997', chopped(997, text(long)), ends([asText(long)]));
  add('1.2.8', 'binary of 65536 bytes in pieces of 997', chopped(997, binary(long)), ends([asBinary(long)]));
  for (const [id, length, lengthBytes] of [
    ['1.3.1', 125, 2],
    ['1.3.2', 0, 2],
    ['1.3.3', 125, 8],
    ['1.3.4', 65_535, 8],
  ] as const) {
    const words = drawText(length);
    add(id, `${length} bytes with a length of ${lengthBytes} bytes`, [text(words, { lengthBytes })], fails(1002), {
      ws: { ...ends([asText(words)]), why: 'ws takes lengths that are not in their shortest form; §5.2 forbids them' },
    });
  }
  const mask = [1, 2, 3, 4] as const;
  add('1.4.1', 'a masked text frame of the server', [text('masked', { mask })], fails(1002));
  add('1.4.2', 'a masked ping of the server', [ping('masked', { mask })], fails(1002));
}

function addPings(): void {
  const octetPayload = Buffer.from([0x00, 0xff, 0xfe, 0xfd, 0xfc, 0xfb, 0x00, 0xff]);
  const full = Buffer.alloc(125, 0xfe);
  const latin = (payload: Buffer): string => payload.toString('latin1');
  const ten = Array.from({ length: 10 }, (_, at) => `payload-${at}`);
  add('2.1', 'ping without payload', [ping()], ends([], ['']));
  add('2.2', 'ping with payload', [ping('Hello, world!')], ends([], ['Hello, world!']));
  add('2.3', 'ping with binary payload', [ping(octetPayload)], ends([], [latin(octetPayload)]));
  add('2.4', 'ping of 125 bytes', [ping(full)], ends([], [latin(full)]));
  add('2.5', 'ping of 126 bytes', [ping(Buffer.alloc(126, 0xfe))], fails(1002));
  add('2.6', 'ping of 125 bytes octet by octet', octets(ping(full)), ends([], [latin(full)]));
  add('2.7', 'pong nobody asked for, without payload', [pong()], ends());
  add('2.8', 'pong nobody asked for, with payload', [pong('unsolicited')], ends());
  add('2.9', 'pong nobody asked for, then a ping', [pong('unsolicited'), ping('asked')], ends([], ['asked']));
  add(
    '2.10',
    'ten pings',
    ten.map((payload) => ping(payload)),
    ends([], ten),
  );
  add('2.11', 'ten pings octet by octet', octets(...ten.map((payload) => ping(payload))), ends([], ten));
  add('2.12', 'a close frame of 126 bytes', [close(1000, drawText(124))], fails(1002));
  add('2.13', 'a pong of 126 bytes', [pong(drawText(126))], fails(1002));
}

function addReserved(): void {
  for (let rsv = 1; rsv <= 7; rsv += 1) {
    add(`3.${rsv}.1`, `text with reserved bits ${rsv}`, [text('Hello', { rsv })], fails(1002));
    const between = [text('before'), text('Hello', { rsv }), ping()];
    add(`3.${rsv}.2`, `reserved bits ${rsv} after a text`, between, fails(1002, [asText('before')]));
    const chops = octets(text('before'), binary('Hello', { rsv }), ping());
    add(`3.${rsv}.3`, `reserved bits ${rsv} octet by octet`, chops, fails(1002, [asText('before')]));
    add(`3.${rsv}.4`, `ping with reserved bits ${rsv}`, [ping('Hello', { rsv })], fails(1002));
    add(`3.${rsv}.5`, `close with reserved bits ${rsv}`, [frame({ opcode: 8, rsv })], fails(1002));
  }
  add(
    '3.8',
    'a continuation with a reserved bit',
    [text('a', { fin: false }), frame({ opcode: 0, rsv: 4 })],
    fails(1002),
  );
  for (const [section, first] of [
    [1, 3],
    [2, 11],
  ] as const) {
    for (let step = 0; step < 5; step += 1) {
      const opcode = first + step;
      const payload = step === 0 ? '' : 'reserved opcode';
      const id = `4.${section}.${step + 1}`;
      add(id, `opcode ${opcode}`, [frame({ opcode, payload }), ping()], fails(1002));
      const between = [text('before'), frame({ opcode, payload }), ping()];
      add(`${id}b`, `opcode ${opcode} after a text`, between, fails(1002, [asText('before')]));
      add(`${id}c`, `opcode ${opcode} octet by octet`, octets(...between), fails(1002, [asText('before')]));
      const inside = [text('be', { fin: false }), frame({ opcode, payload }), more('fore', true)];
      add(`${id}d`, `opcode ${opcode} inside a message`, inside, fails(1002));
    }
  }
}

function addFragments(): void {
  const start = text('fragment1', { fin: false });
  const end = more('fragment2', true);
  const whole = asText('fragment1fragment2');
  add('5.1', 'a ping in fragments', [ping('frag', { fin: false }), more('ment', true)], fails(1002));
  add('5.2', 'a pong in fragments', [pong('frag', { fin: false }), more('ment', true)], fails(1002));
  add('5.2b', 'a close in fragments', [frame({ opcode: 8, fin: false })], fails(1002));
  add('5.3', 'text in two fragments', [Buffer.concat([start, end])], ends([whole]));
  add('5.4', 'text in two fragments, two writes', [start, end], ends([whole]));
  add('5.5', 'text in two fragments octet by octet', octets(start, end), ends([whole]));
  add('5.6', 'a ping between the fragments', [Buffer.concat([start, ping('in'), end])], ends([whole], ['in']));
  add('5.7', 'a ping between the fragments, three writes', [start, ping('in'), end], ends([whole], ['in']));
  add('5.8', 'a ping between the fragments octet by octet', octets(start, ping('in'), end), ends([whole], ['in']));
  for (const [first, fin] of [
    [9, true],
    [12, false],
  ] as const) {
    const stray = more('non-continuation', fin);
    add(
      `5.${first}`,
      `a continuation (fin ${fin}) of nothing, then a text`,
      [Buffer.concat([stray, text('x')])],
      fails(1002),
    );
    add(`5.${first + 1}`, `the same in two writes`, [stray, text('x')], fails(1002));
    add(`5.${first + 2}`, 'the same octet by octet', octets(stray, text('x')), fails(1002));
  }
  const after = [start, end, more('fragment3', false), text('x')];
  add('5.15', 'a continuation behind a whole message', after, fails(1002, [whole]));
  add('5.16', 'open continuations of nothing', [more('a', false), text('x'), more('b', false)], fails(1002));
  add('5.17', 'final continuations of nothing', [more('a', true), text('x'), more('b', true)], fails(1002));
  add('5.18', 'a text begins inside a text', [start, text('fragment2')], fails(1002));
  add('5.18b', 'a binary begins inside a text', [start, binary('x', { fin: false })], fails(1002));
  const five = [
    start,
    more('2', false),
    ping('p1'),
    more('3', false),
    more('4', false),
    ping('p2'),
    pong(),
    more('5', true),
  ];
  const sum = asText('fragment12345');
  add('5.19', 'five fragments with pings between, one write', [Buffer.concat(five)], ends([sum], ['p1', 'p2']));
  add('5.20', 'five fragments with pings between', five, ends([sum], ['p1', 'p2']));
  add('5.20b', 'five fragments with pings between, octets', octets(...five), ends([sum], ['p1', 'p2']));
  const binaryTwo = [binary(Buffer.from([0, 255]), { fin: false }), more(Buffer.from([254, 1]), true)];
  add('5.21', 'binary in two fragments', binaryTwo, ends([asBinary(Buffer.from([0, 255, 254, 1]))]));
  const two = [start, end, binary('b1', { fin: false }), more('b2', true), text('t')];
  add('5.22', 'messages in fragments one after the other', two, ends([whole, asBinary('b1b2'), asText('t')]));
  const empties = [text('', { fin: false }), more('', false), more('x', false), more('', true)];
  add('5.23', 'empty fragments', empties, ends([asText('x')]));
}

function addUtf8(): void {
  const word = Buffer.from('Hello-µ@ßöäüàá-UTF-8!!');
  add('6.1.1', 'text of no bytes', [text('')], ends([asText('')]));
  const empties = [text('', { fin: false }), more('', false), more('', true)];
  add('6.1.2', 'three empty fragments', empties, ends([asText('')]));
  const middle = [text('', { fin: false }), more('middle', false), more('', true)];
  add('6.1.3', 'payload in the middle fragment only', middle, ends([asText('middle')]));
  add('6.2.1', 'text in one frame', [text(word)], ends([asText(word)]));
  const half = [text(word.subarray(0, 11), { fin: false }), more(word.subarray(11), true)];
  add('6.2.2', 'fragments split between code points', half, ends([asText(word)]));
  add('6.2.3', 'fragments of one byte', fragments(TEXT, word, 1), ends([asText(word)]));
  const cosme = Buffer.from('κόσμε');
  add('6.2.4', 'fragments of one byte, two-byte code points', fragments(TEXT, cosme, 1), ends([asText(cosme)]));
  const broken = Buffer.concat([cosme, Buffer.from([0xed, 0xa0, 0x80]), Buffer.from('edited')]);
  add('6.3.1', 'a surrogate inside the text', [text(broken)], fails(1007));
  add('6.3.2', 'a surrogate inside, fragments of one byte', fragments(TEXT, broken, 1), fails(1007));
  const [one, two] = [Buffer.concat([cosme, Buffer.from([0xf4])]), Buffer.from([0x90])];
  const three = Buffer.from([0x80, 0x80, 0x65]);
  const bad = [text(one, { fin: false }), more(two, false), more(three, true)];
  add('6.4.1', 'a code point above the last, over three fragments', bad, fails(1007));
  add('6.4.2', 'the same octet by octet', octets(...bad), fails(1007));
  const cut = [text(cosme.subarray(0, 3), { fin: false }), ping('in'), more(cosme.subarray(3), true)];
  add('6.4.3', 'a ping inside a code point', cut, ends([asText(cosme)], ['in']));
  add('6.4.4', 'binary is not judged', [binary(broken)], ends([asBinary(broken)]));
  add('6.4.5', 'good text, then bad', [text('good'), text(broken), text('late')], fails(1007, [asText('good')]));
  for (const [index, hex] of UTF8_VALID.entries()) {
    const bytes = Buffer.from(hex, 'hex');
    add(`6.5.${index + 1}`, `valid: ${hex}`, [text(bytes)], ends([asText(bytes)]));
    add(`6.5.${index + 1}b`, `valid in fragments: ${hex}`, fragments(TEXT, bytes, 1), ends([asText(bytes)]));
  }
  for (const [index, hex] of UTF8_INVALID.entries()) {
    const bytes = Buffer.from(hex, 'hex');
    add(`6.6.${index + 1}`, `not valid: ${hex}`, [text(bytes)], fails(1007));
    add(`6.6.${index + 1}b`, `not valid in fragments: ${hex}`, fragments(TEXT, bytes, 1), fails(1007));
    const around = Buffer.concat([drawText(64), bytes, drawText(64)]);
    add(`6.6.${index + 1}c`, `not valid amid plain text: ${hex}`, [text(around)], fails(1007));
  }
}

function addClosing(): void {
  const closed = (code: number, messages: readonly Message[] = []): Outcome => {
    return { messages, pongs: [], wireCode: code, closedWith: code };
  };
  add('7.1.1', 'a text, then close', [text('Hello'), close(1000)], closed(1000, [asText('Hello')]));
  add('7.1.2', 'two closes', [close(1000), close(1001)], closed(1000));
  add('7.1.3', 'a ping behind a close', [Buffer.concat([close(1000), ping()])], closed(1000));
  add('7.1.4', 'a text behind a close', [Buffer.concat([close(1000), text('late')])], closed(1000));
  const open = text('fragment1', { fin: false });
  add('7.1.5', 'a close inside a message', [open, close(1000), more('fragment2', true)], closed(1000));
  const large = drawText(262_144);
  add('7.1.6', '256 KiB, close, ping', [text(large), close(1000), ping()], closed(1000, [asText(large)]));
  add('7.1.7', 'nonsense behind a close', [Buffer.concat([close(1000), Buffer.alloc(600, 0xff)])], closed(1000));
  add('7.3.1', 'close without payload', [close()], closed(1005));
  add('7.3.2', 'close with one byte', [frame({ opcode: 8, payload: 'a' })], fails(1002));
  add('7.3.3', 'close with a code', [close(1000)], closed(1000));
  add('7.3.4', 'close with code and reason', [close(1000, 'Hello World!')], closed(1000));
  add('7.3.5', 'close with the longest reason', [close(1000, drawText(123))], closed(1000));
  add('7.3.6', 'close with too long a reason', [close(1000, drawText(124))], fails(1002));
  add('7.3.7', 'close with a reason octet by octet', octets(close(1000, 'Grüße')), closed(1000));
  const broken = Buffer.concat([Buffer.from('κόσμε'), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from('edited')]);
  add('7.5.1', 'close with a reason that is not UTF-8', [close(1000, broken)], fails(1007));
  for (const [index, code] of [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014].entries()) {
    add(`7.7.${index + 1}`, `close with ${code}`, [close(code)], closed(code));
  }
  for (const [index, code] of [3000, 3999, 4000, 4999].entries()) {
    add(`7.7.${index + 13}`, `close with ${code}`, [close(code, 'why')], closed(code));
  }
  for (const [index, code] of [0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535].entries()) {
    add(`7.9.${index + 1}`, `close with ${code}, which is not for the wire`, [close(code)], fails(1002));
  }
}

function addLimits(): void {
  const limit = { maxPayloadBytes: 1_000 };
  const fits = drawText(1_000);
  const above = drawText(1_001);
  const late = text('late');
  add('8.1', 'a message at the limit', [text(fits)], ends([asText(fits)]), limit);
  add('8.2', 'a message above the limit', [text(above), late], fails(1009), limit);
  add('8.3', 'fragments at the limit', fragments(TEXT, fits, 300), ends([asText(fits)]), limit);
  add('8.4', 'fragments above the limit', [...fragments(TEXT, above, 300), late], fails(1009), limit);
  add('8.5', 'a header that announces 2^40 bytes', [text('', { length: 2n ** 40n })], fails(1009), limit);
  add('8.6', 'a header that announces 2^62 bytes', [text('', { length: 2n ** 62n })], fails(1009), limit);
  add('8.7', 'a header that announces 2^64 - 1 bytes', [text('', { length: 2n ** 64n - 1n })], fails(1009), limit);
  const beside = [text(fits.subarray(0, 500), { fin: false }), ping(drawText(125)), more(fits.subarray(500), true)];
  const pongs = [drawText(125).toString('latin1')];
  add('8.8', 'control frames do not count', beside, ends([asText(fits)], pongs), limit);
  add(
    '8.9',
    'every message has the limit to itself',
    [text(fits), text(fits)],
    ends([asText(fits), asText(fits)]),
    limit,
  );
  const crumbs = drawText(4_096);
  add('8.10', '4,096 fragments of one byte', [Buffer.concat(fragments(TEXT, crumbs, 1))], ends([asText(crumbs)]), {
    ws: { ...fails(1008), why: 'ws keeps an object per fragment and stops at 1,024; we keep bytes only' },
  });
}

function addSizes(): void {
  const KIB = 1_024;
  for (const [index, kib] of [64, 256, 1_024, 4_096, 8_192, 16_384].entries()) {
    const words = drawText(kib * KIB);
    const bytes = drawBytes(kib * KIB);
    add(`9.1.${index + 1}`, `text of ${kib} KiB`, [text(words)], ends([asText(words)]));
    add(`9.2.${index + 1}`, `binary of ${kib} KiB`, [binary(bytes)], ends([asBinary(bytes)]));
  }
  const four = drawText(4_096 * KIB);
  for (const [index, size] of [
    64,
    256,
    KIB,
    4 * KIB,
    16 * KIB,
    64 * KIB,
    256 * KIB,
    KIB * KIB,
    4 * KIB * KIB,
  ].entries()) {
    const isMany = four.length / size > 1_024;
    const rest = isMany
      ? { ws: { ...fails(1008), why: 'ws keeps an object per fragment and stops at 1,024; we keep bytes only' } }
      : {};
    const asFragments = (opcode: number): Buffer[] => [Buffer.concat(fragments(opcode, four, size))];
    add(`9.3.${index + 1}`, `text of 4 MiB in fragments of ${size}`, asFragments(TEXT), ends([asText(four)]), rest);
    add(
      `9.4.${index + 1}`,
      `binary of 4 MiB in fragments of ${size}`,
      asFragments(BINARY),
      ends([asBinary(four)]),
      rest,
    );
  }
  const one = drawText(KIB * KIB);
  for (const [index, size] of [2_048, 4_096, 16_384, 65_536].entries()) {
    add(`9.5.${index + 1}`, `text of 1 MiB in writes of ${size}`, chopped(size, text(one)), ends([asText(one)]));
    add(`9.6.${index + 1}`, `binary of 1 MiB in writes of ${size}`, chopped(size, binary(one)), ends([asBinary(one)]));
  }
  for (const [index, size] of [0, 16, 64, 256, KIB, 4 * KIB, 16 * KIB].entries()) {
    const words = drawText(size);
    const thousand = Array.from({ length: 1_000 }, () => text(words));
    add(
      `9.7.${index + 1}`,
      `1,000 texts of ${size} bytes`,
      [Buffer.concat(thousand)],
      ends(thousand.map(() => asText(words))),
    );
  }
  const words = drawText(65_536);
  add('10.1.1', '64 KiB in fragments of 1,300', fragments(TEXT, words, 1_300), ends([asText(words)]));
  const between = fragments(TEXT, words, 1_300).flatMap((piece, at) =>
    at % 10 === 0 ? [piece, frame({ opcode: PING, payload: `${at}` })] : [piece],
  );
  const pongs = Array.from({ length: Math.ceil(between.length / 11) }, (_, at) => `${at * 10}`);
  add('10.1.2', 'the same with pings between', [Buffer.concat(between)], ends([asText(words)], pongs));
}

/** All cases, in order. */
export function deckCases(): readonly DeckCase[] {
  cases.length = 0;
  for (const part of [addFraming, addPings, addReserved, addFragments, addUtf8, addClosing, addLimits, addSizes])
    part();
  return cases;
}

// What the signer refuses, by name: fields that are not the id's, foreign chains and contracts, assets, worth, rate. On a clock
// moved by hand, without a process.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SignerDesk } from '../../engine/signer/desk.ts';
import { SignerLimits } from '../../engine/signer/limits.ts';
import {
  putAnswer,
  putRequest,
  REQUEST_BYTES,
  readAnswer,
  readRequest,
  type SignerLimitSetup,
  SLOT_BYTES,
} from '../../engine/signer/protocol.ts';
import { EXCHANGES, hex, POLYGON_CHAIN_ID } from '../../engine/venue/polymarket/eip712.ts';
import { OrderForm } from '../../engine/venue/polymarket/order-form.ts';
import type { ToSign } from '../../engine/venue/polymarket/seal.ts';
import { OrderSigner } from '../../engine/venue/polymarket/sign.ts';
import { NO, TEST_KEYS, YES } from '../venue/sim/support.ts';

const signer = new OrderSigner(Buffer.from(TEST_KEYS[0]!, 'hex'));
const WIDE: SignerLimitSetup = {
  ...{ orderMicrosMax: 100e6, hourMicrosMax: 1e12, sellOrderMicrosMax: 100e6, sellHourMicrosMax: 1e12 },
  ordersPerSecondMax: 1_000,
};
const HOUR_MS = 3_600_000;

function deskOf(limits: Partial<SignerLimitSetup> = {}): SignerDesk {
  return new SignerDesk(signer, { signatureType: 0, limits: { ...WIDE, ...limits } });
}

interface Wish {
  readonly token?: string;
  readonly side?: number;
  readonly makerMicros?: number;
  readonly takerMicros?: number;
  readonly exchange?: number;
}

function toSign(desk: SignerDesk, wish: Wish = {}): ToSign {
  const { token = YES, side = 0, makerMicros = 10e6, takerMicros = 20e6 } = wish;
  const exchange = EXCHANGES[wish.exchange ?? 0]!;
  const form = new OrderForm(desk.identity, token, side, exchange);
  const terms = { salt: 77, makerMicros, takerMicros, timestampMs: 1_713_398_400_000 };
  const orderId = hex(form.fill(terms.salt, makerMicros, takerMicros, terms.timestampMs));
  return { orderId, token, side, exchange, ...terms, form };
}

/** What the desk says to the record of `order`, after `spoil` had its way with the bytes. */
function ask(desk: SignerDesk, order: ToSign, nowMs = 0, spoil = (_bytes: Buffer): void => undefined): string {
  const bytes = Buffer.alloc(REQUEST_BYTES);
  putRequest(bytes, 0, 5, POLYGON_CHAIN_ID, order);
  spoil(bytes);
  const { sequence, kind, text } = desk.answer(readRequest(bytes, 0), nowMs);
  expect(sequence).toBe(5);
  return kind === 'signed' ? text : `${kind} ${text}`;
}

test('what it signs is what the key signs of that order, on every exchange', () => {
  const desk = deskOf();
  for (const [index, { contract, version }] of EXCHANGES.entries()) {
    for (const side of [0, 1]) {
      const order = toSign(desk, { side, exchange: index, token: side === 0 ? YES : NO });
      const { salt, makerMicros: makerAmount, takerMicros: takerAmount, timestampMs, token: tokenId } = order;
      const struct = { ...desk.identity, salt, makerAmount, takerAmount, timestampMs, tokenId, side };
      const { orderId, signature } = signer.sign(struct, contract, version);
      expect(ask(desk, order)).toBe(signature);
      expect(order.orderId).toBe(orderId);
    }
  }
});

test('another chain, another contract, a contract with the domain of another, and impossible fields are refused', () => {
  const desk = deskOf();
  const order = toSign(desk);
  expect(ask(desk, order, 0, (bytes) => bytes.writeUInt32LE(1, 40))).toBe('refused chain');
  expect(ask(desk, order, 0, (bytes) => bytes.fill(0x11, 44, 64))).toBe('refused contract');
  expect(ask(desk, order, 0, (bytes) => bytes.fill(3, 5, 6))).toBe('refused contract');
  expect(ask(desk, order, 0, (bytes) => bytes.fill(2, 4, 5))).toBe('refused badRequest');
  for (const [at, value] of [
    [8, -1],
    [16, 0.5],
    [24, Number.NaN],
    [32, 2 ** 60],
  ] as const) {
    expect(ask(desk, order, 0, (bytes) => bytes.writeDoubleLE(value, at))).toBe('refused badRequest');
  }
});

test('every field is under the id: a record changed in any of them is not signed', () => {
  const most = Number.MAX_SAFE_INTEGER;
  const desk = deskOf({
    ...{ orderMicrosMax: most, hourMicrosMax: most, sellOrderMicrosMax: most, sellHourMicrosMax: most },
  });
  const order = toSign(desk);
  fc.assert(
    fc.property(fc.integer({ min: 4, max: REQUEST_BYTES - 1 }), fc.integer({ min: 1, max: 255 }), (at, mask) => {
      fc.pre(at < 6 || at >= 8);
      const answer = ask(desk, order, 0, (bytes) => {
        bytes[at]! ^= mask;
      });
      expect(answer).toMatch(/^refused (badRequest|chain|contract|orderId)$/);
    }),
    { numRuns: 300 },
  );
});

test('only assets of the list are signed, when there is one', () => {
  const desk = deskOf({ assets: [YES] });
  expect(ask(desk, toSign(desk))).toMatch(/^0x/);
  expect(ask(desk, toSign(desk, { token: NO }))).toBe('refused asset');
});

test('an order above the cap is refused: a purchase by its dollars, a sale by its shares, whatever it asks for them', () => {
  const desk = deskOf({ orderMicrosMax: 50e6, sellOrderMicrosMax: 70e6, sellHourMicrosMax: 100e6 });
  expect(ask(desk, toSign(desk, { makerMicros: 50e6, takerMicros: 900e6 }))).toMatch(/^0x/);
  expect(ask(desk, toSign(desk, { makerMicros: 50e6 + 1 }))).toBe('refused orderNotional');
  // Given away for a micro-dollar it counts all the same.
  expect(ask(desk, toSign(desk, { side: 1, makerMicros: 70e6 + 1, takerMicros: 1 }))).toBe('refused orderNotional');
  expect(ask(desk, toSign(desk, { side: 1, makerMicros: 70e6, takerMicros: 69e6 }))).toMatch(/^0x/);
  expect(ask(desk, toSign(desk, { side: 1, makerMicros: 30e6 + 1, takerMicros: 1 }))).toBe('refused hourNotional');
});

test('purchases of an hour leave the sales of theirs their room: lone legs can be sold', () => {
  const desk = deskOf({ hourMicrosMax: 10e6, sellHourMicrosMax: 20e6 });
  expect(ask(desk, toSign(desk, { makerMicros: 10e6 }))).toMatch(/^0x/);
  expect(ask(desk, toSign(desk, { makerMicros: 1 }))).toBe('refused hourNotional');
  expect(ask(desk, toSign(desk, { side: 1, makerMicros: 20e6, takerMicros: 1e6 }))).toMatch(/^0x/);
});

test('the hour’s worth rolls, what was refused does not count, and orders a second are counted likewise', () => {
  const desk = deskOf({ hourMicrosMax: 30e6 });
  const order = toSign(desk);
  for (const atMs of [0, 1_000, 2_000]) expect(ask(desk, order, atMs)).toMatch(/^0x/);
  expect(ask(desk, order, 3_000)).toBe('refused hourNotional');
  expect(ask(desk, order, HOUR_MS)).toBe('refused hourNotional');
  expect(ask(desk, order, HOUR_MS + 1_000)).toMatch(/^0x/);
  expect(ask(desk, order, HOUR_MS + 1_500)).toBe('refused hourNotional');
  const fast = deskOf({ ordersPerSecondMax: 2 });
  expect([0, 400, 900, 1_000, 1_399, 1_400].map((atMs) => ask(fast, toSign(fast), atMs).slice(0, 17))).toEqual(
    ['0x', '0x', 'refused orderRate', '0x', 'refused orderRate', '0x'].map((text) =>
      text === '0x' ? (expect.stringMatching(/^0x/) as unknown as string) : text,
    ),
  );
});

test('over any story no hour and no second ever has more than its limit, by a slow count', () => {
  const step = fc.record({ waitMs: fc.integer({ min: 0, max: 400_000 }), micros: fc.integer({ min: 1, max: 40 }) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 1, max: 3 }), (steps, ordersPerSecondMax) => {
      const sales = { sellOrderMicrosMax: 35, sellHourMicrosMax: 100 };
      const setup = { orderMicrosMax: 35, hourMicrosMax: 100, ...sales, ordersPerSecondMax };
      const limits = new SignerLimits(setup);
      const signed: { readonly atMs: number; readonly micros: number }[] = [];
      let atMs = 0;
      for (const { waitMs, micros } of steps) {
        // Often at once, often an hour apart.
        atMs += waitMs % 3 === 0 ? 0 : waitMs;
        const within = (ms: number) => signed.filter((one) => atMs - one.atMs < ms);
        const hour = within(HOUR_MS).reduce((sum, one) => sum + one.micros, 0);
        const second = within(1_000).length;
        const refused = limits.refusal(0, micros, atMs);
        if (micros > 35) expect(refused).toBe('orderNotional');
        else if (hour + micros > 100) expect(refused).toBe('hourNotional');
        // A second of the hour counts whole: the hour's cap may come a second early, and never late.
        else if (refused !== 'hourNotional')
          expect(refused).toBe(second >= ordersPerSecondMax ? 'orderRate' : undefined);
        if (refused === undefined) signed.push({ atMs, micros });
      }
    }),
  );
});

test('an answer is read whole or not at all: cut, changed and foreign slots are none', () => {
  const slot = Buffer.alloc(SLOT_BYTES);
  const length = putAnswer(slot, { sequence: 9, kind: 'signed', text: `0x${'ab'.repeat(65)}` });
  expect(readAnswer(slot, SLOT_BYTES, 9)).toEqual({ sequence: 9, kind: 'signed', text: `0x${'ab'.repeat(65)}` });
  expect(readAnswer(slot, SLOT_BYTES, 73)).toBeUndefined();
  for (let bytes = 0; bytes < length; bytes += 1) expect(readAnswer(slot, bytes, 9)).toBeUndefined();
  for (let at = 0; at < length; at += 1) {
    slot[at]! ^= 1;
    expect(readAnswer(slot, SLOT_BYTES, 9)).toBeUndefined();
    slot[at]! ^= 1;
  }
});

// Requests on their way to the signer: the postman brings what is posted, once; a postman that does not come, or was never
// rung, loses no order.
import { readSync, writeSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { AnswerBox } from '../../engine/signer/answer-box.ts';
import { Channel } from '../../engine/signer/channel.ts';
import { POSTED_MAX, PostBox } from '../../engine/signer/post-box.ts';
import { putAnswer, REQUEST_BYTES, SLOT_BYTES, SLOTS } from '../../engine/signer/protocol.ts';

const { startPostman } = (await import(resolve('dist/engine/threads.js'))) as typeof import('../../engine/threads.ts');

const [STATE, POSTED, TAKEN] = [0, 1, 2];
const [ABSENT, PARKED, RUNG, AWAKE] = [0, 1, 2, 3];

function post(box: PostBox, ...values: number[]): boolean {
  for (const [at, value] of values.entries()) {
    const place = box.placeOf(box.next + at);
    box.requests.fill(value, place, place + REQUEST_BYTES);
  }
  return box.post(values.length);
}

function pushed(box: PostBox): number[] | false {
  let taken: number[] = [];
  const isPushed = box.push((requests) => {
    taken = Array.from({ length: requests.length / REQUEST_BYTES }, (_, at) => requests[at * REQUEST_BYTES]!);
  });
  return isPushed && taken;
}

/** Values of the next `count` requests that came through the pipe. */
function arrived(channel: Channel, count: number): number[] {
  const bytes = Buffer.alloc(count * REQUEST_BYTES);
  for (let at = 0; at < bytes.length; ) at += readSync(channel.input as number, bytes, at, bytes.length - at, null);
  return Array.from({ length: count }, (_, at) => bytes[at * REQUEST_BYTES]!);
}

test('what is posted is taken once, in order, in whatever turn, over the end of the numbers', () => {
  const box = new PostBox();
  const words = new Int32Array(box.shared, 0, 3);
  words.fill(2 ** 31 - 2, POSTED, TAKEN + 1);
  for (let batch = 0; batch < 40; batch += 1) {
    const numbers = (from: number): number[] => Array.from({ length: 15 }, (_, at) => (from + at) % 251);
    const first = numbers(batch);
    expect(post(box, ...first)).toBe(false);
    const second = batch % 2 === 0 ? numbers(100 + batch) : [];
    if (second.length > 0) post(box, ...second);
    expect(pushed(box)).toEqual([...first, ...second]);
    expect(pushed(box)).toBe(false);
  }
  expect(words[POSTED]).toBeLessThan(0);
});

test('it never takes more than it has room for, a page at most goes at once, and who is at it is alone', () => {
  const box = new PostBox();
  post(box, ...Array.from({ length: POSTED_MAX - 1 }, (_, at) => at));
  expect([box.hasRoom(1), box.hasRoom(2)]).toEqual([true, false]);
  // A pipe that is nearly full takes a page whole or not at all.
  const bytes: number[] = [];
  const write = (requests: Buffer): void => {
    bytes.push(requests.length);
    expect(pushed(box)).toBe(false);
  };
  while (box.push(write));
  expect(Math.max(...bytes)).toBe(4_096);
  expect(bytes.reduce((sum, one) => sum + one)).toBe((POSTED_MAX - 1) * REQUEST_BYTES);
  expect(box.hasRoom(POSTED_MAX)).toBe(true);
  post(box, 7);
  expect(() => box.push(() => expect.fail('the pipe is full'))).toThrow('the pipe is full');
  // Nothing was written, so it is there still, and the lock is not.
  expect(pushed(box)).toEqual([7]);
});

test('who is rung or posted to does not sleep, and who sleeps is rung once', () => {
  const box = new PostBox();
  const words = new Int32Array(box.shared, 0, 3);
  box.ring();
  expect(words[STATE]).toBe(ABSENT);
  expect(box.park(1)).toBe(false);
  expect(words[STATE]).toBe(AWAKE);
  expect(post(box, 1)).toBe(true);
  expect(box.park(60_000)).toBe(true);
  words[STATE] = PARKED;
  box.ring();
  expect(words[STATE]).toBe(RUNG);
  expect(post(box, 2)).toBe(true);
  box.leave();
  expect(post(box, 3)).toBe(false);
  box.stop();
  expect(box.park(60_000)).toBe(true);
});

test('the postman sleeps until it is rung, then brings what is posted without being called, and goes when it is told', async () => {
  const channel = new Channel();
  onTestFinished(() => channel.close());
  const box = new PostBox();
  const words = new Int32Array(box.shared, 0, 3);
  const answerBox = new AnswerBox().shared;
  const gone = startPostman({ box: box.shared, pipe: channel.pipe!, answerBox, answers: channel.answers });
  await expect.poll(() => words[STATE], { timeout: 5_000 }).toBe(PARKED);
  let brought = 0;
  for (let order = 0; order < 200; order += 1) {
    const posted = [order % 251, (order + 1) % 251];
    box.ring();
    if (post(box, ...posted)) brought += 1;
    else box.push((requests) => channel.write(requests));
    expect(arrived(channel, 2)).toEqual(posted);
  }
  // What nobody pushed here only the postman can have brought.
  expect(brought).toBeGreaterThan(100);
  box.stop();
  await gone;
  expect([...words]).toEqual([ABSENT, 400, 400]);
});

test('the postman brings back what the signer answers to what it brought, whole, and nothing that is being written', async () => {
  const channel = new Channel();
  onTestFinished(() => channel.close());
  const [box, answers] = [new PostBox(), new AnswerBox()];
  const slot = Buffer.alloc(SLOT_BYTES);
  const answer = (sequence: number, text: string, bytes?: number): void => {
    const whole = putAnswer(slot, { sequence, kind: 'signed', text });
    writeSync(channel.answers, slot, 0, bytes ?? whole, (sequence % SLOTS) * SLOT_BYTES);
  };
  const ask = (sequence: number): void => {
    box.requests.writeUInt32LE(sequence, box.placeOf(box.next));
    box.ring();
    box.post(1);
  };
  const words = new Int32Array(box.shared, 0, 3);
  let brought = 0;
  const route = { pipe: channel.pipe!, answerBox: answers.shared, answers: channel.answers };
  const gone = startPostman({ box: box.shared, ...route });
  // The last two numbers of 32 bits among them, and slots that are written over.
  const first = 2 ** 32 - 2;
  for (let order = 0; order < 2 * SLOTS; order += 1) {
    const sequence = order < 2 ? first + order : order;
    // Half of it lies there already.
    answer(sequence, '0x00', 12);
    ask(sequence);
    arrived(channel, 1);
    expect(answers.find(sequence)).toBeUndefined();
    const text = `0x${String(order).padStart(130, '0')}`;
    answer(sequence, text);
    // One that fell asleep meanwhile, on a busy machine, has forgotten it.
    const isOver = (): boolean => answers.find(sequence) !== undefined || words[STATE] === PARKED;
    await expect.poll(isOver, { timeout: 5_000, interval: 1 }).toBe(true);
    const found = answers.find(sequence);
    if (found === undefined) continue;
    expect(found).toEqual({ sequence, kind: 'signed', text });
    expect(answers.find(sequence + SLOTS)).toBeUndefined();
    brought += 1;
  }
  expect(brought).toBeGreaterThan(SLOTS);
  box.stop();
  await gone;
});

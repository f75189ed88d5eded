// The watch over the threads on a clock moved by hand: a thread that stands still is told, one that only had no time is
// not.
import { describe, expect, test } from 'vitest';
import { AgentWords } from '../../engine/memory/agent-words.ts';
import { Heartbeats } from '../../engine/threads/heartbeats.ts';
import { smallArena } from '../helpers/arena.ts';

const HUNG_NS = 5e9;
const LOOK_NS = 50e6;

function watched() {
  const words = new AgentWords(smallArena(), 0);
  const told: string[] = [];
  const heartbeats = new Heartbeats(HUNG_NS, (lost, why) => {
    told.push(`${lost.role} ${why}`);
    lost.over = true;
  });
  heartbeats.add('ingest', words);
  let nowNs = 0;
  /** Time goes on to `untilNs`, a look every `everyNs`. */
  const lookUntil = (untilNs: number, everyNs = LOOK_NS, each = (): void => undefined): void => {
    while (nowNs < untilNs) {
      nowNs += everyNs;
      each();
      heartbeats.look(nowNs);
    }
  };
  return { words, told, lookUntil };
}

describe('heartbeats', () => {
  test('a thread that stands still longer than the limit is told once, by name and time', () => {
    const { words, told, lookUntil } = watched();
    words.started();
    lookUntil(4e9, LOOK_NS, () => words.beat());
    lookUntil(8.9e9);
    expect(told).toEqual([]);
    lookUntil(60e9);
    expect(told).toEqual(['ingest hung: no heartbeat for 5050 ms']);
  });

  test('the time a thread took to begin does not count once it has begun', () => {
    const { words, told, lookUntil } = watched();
    // Loading took longer than a running thread may stand still.
    lookUntil(11e9);
    words.started();
    lookUntil(11.2e9);
    expect(told).toEqual([]);
    lookUntil(17e9);
    expect(told).toHaveLength(1);
  });

  test('a thread that never begins is told after 20 s', () => {
    const { told, lookUntil } = watched();
    lookUntil(19.9e9);
    expect(told).toEqual([]);
    lookUntil(21e9);
    expect(told).toHaveLength(1);
  });

  test('looks that come seconds apart blame nobody for the time in which the watcher itself did not run', () => {
    const { words, told, lookUntil } = watched();
    words.started();
    lookUntil(36e9, 6e9);
    expect(told).toEqual([]);
    // A real standstill is found all the same, by many looks.
    lookUntil(200e9, 6e9);
    expect(told).toHaveLength(1);
  });

  test('a thread that has ended is not looked at', () => {
    const { words, told, lookUntil } = watched();
    words.started();
    words.ended();
    lookUntil(60e9);
    expect(told).toEqual([]);
  });
});

// A wrong book fails the bench, even when every variant of a suite has the same one: books are held against the workload
// or the oracle, not against each other alone.
import { describe, expect, test } from 'vitest';
import { truthOf, truthOfPart } from '../../bench/cycle.ts';
import { verifyAll } from '../../bench/harness.ts';
import { measureLatency } from '../../bench/latency.ts';
import { measureStages } from '../../bench/stages.ts';
import { basketUpdates } from '../../bench/suites/detect.ts';
import { SUITES } from '../../bench/suites.ts';
import { createWorkload, SMOKE_PLAN, type Workload } from '../../bench/workload.ts';

const workload = createWorkload(SMOKE_PLAN);
const half = workload.frames.length / 2;
const UPDATES_PER_SAMPLE = 64;

/** A change that every suite plays and whose level is the same at the half: of a basket's market, not changed again. */
function changeAt({ updates }: Workload): number {
  const { market, side, priceE4, sizeMicros } = updates;
  const again = (at: number, later: number): boolean =>
    market[later] === market[at] && side[later] === side[at] && priceE4[later] === priceE4[at];
  const sets = basketUpdates(workload, UPDATES_PER_SAMPLE).filter((at) => at < half && sizeMicros[at]! > 0);
  const found = sets.findLast((at) => {
    for (let later = at + 1; later < half; later += 1) if (again(at, later)) return false;
    return true;
  });
  if (found === undefined) throw new Error('the workload leaves no level of a basket alone');
  return found;
}

/** The workload as drawn, but one level of one decoded change is a share larger. */
function wrongUpdate(): Workload {
  const sizeMicros = Float64Array.from(workload.updates.sizeMicros);
  sizeMicros[changeAt(workload)]! += 1_000_000;
  return { ...workload, updates: { ...workload.updates, sizeMicros } };
}

/** The workload as drawn, but one message has another size in both of its changes. */
function wrongFrame(): Workload {
  const at = changeAt(workload);
  const text = workload.frames[at]!.toString();
  const wrong = text.replaceAll(/"size":"\d/g, (size) => `${size.slice(0, -1)}${(Number(size.at(-1)) % 9) + 1}`);
  expect(wrong).not.toBe(text);
  const frames = [...workload.frames];
  frames[at] = Buffer.from(wrong);
  return { ...workload, frames };
}

describe('a wrong book that all variants share', () => {
  const UPDATE_SUITES = ['book', 'book-detect', 'detect'];

  test.each(UPDATE_SUITES)('fails suite %s', (name) => {
    expect(verifyAll(SUITES[name]!(workload))).not.toBe('');
    const wrong = SUITES[name]!(wrongUpdate());
    expect(() => verifyAll(wrong)).toThrow(new RegExp(`^${name}/.*: the books at the half of the cycle are`));
  });

  test('fails suite path', () => {
    const wrong = SUITES['path']!(wrongFrame());
    expect(() => verifyAll(wrong)).toThrow(/^path\/dutchbook: the books at the half of the cycle are/);
  });

  test('fails the measurements of latency and stages', () => {
    expect(() => measureLatency(wrongFrame(), 1)).toThrow('latency/dutchbook: the books at the half of the cycle are');
    expect(() => measureStages(wrongFrame(), 1)).toThrow('the books at the half are not the workload');
  });
});

test('the oracle and the workload know the same books', () => {
  const all = [...workload.frames.keys()];
  expect(truthOfPart(workload, all)).toEqual(truthOf(workload));
  const part = [...all.slice(0, 8), ...all.slice(-8)];
  expect(truthOfPart(workload, part).half).not.toBe(truthOf(workload).half);
  expect(truthOfPart(workload, part).end).toBe(truthOf(workload).end);
});

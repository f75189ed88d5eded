// The evidence over books that the engine keeps: what is proven, what is refuted and by whom, what stays open.
import { expect, test } from 'vitest';
import { EvidenceRig, MARKET_ID } from './rig.ts';

const T = 1_790_000_000_000;

test('snapshots and changes of a faithful feed are verified, token by token', () => {
  const rig = new EvidenceRig();
  rig.snapshot(T);
  rig.take(rig.batch(T + 5, [[4600, 1e6]]));
  rig.take(rig.batch(T + 9, [[4600, 0]]));
  expect(rig.counts.checks).toMatchObject({
    hashWs: { verified: 2, mismatched: 0 },
    hashDelta: { verified: 4, superseded: 0, mismatched: 0 },
    top: { verified: 4, mismatched: 0 },
    mirror: { verified: 8, mismatched: 0 },
  });
  expect(rig.faults).toEqual([]);
});

test('of the messages of one millisecond the last proves what all of them state', () => {
  const rig = new EvidenceRig();
  rig.snapshot(T);
  const levels = [
    [4600, 1e6],
    [4500, 2e6],
    [5200, 0],
  ] as const;
  rig.take(rig.batch(T + 5, levels));
  expect(rig.counts.checks.hashDelta).toEqual({ verified: 2, superseded: 4, unverifiable: 0, mismatched: 0 });
});

test('a burst that the recording cuts off stays unverifiable', () => {
  const rig = new EvidenceRig();
  rig.snapshot(T);
  rig.take(
    rig
      .batch(T + 5, [
        [4600, 1e6],
        [4500, 2e6],
      ])
      .slice(0, 1),
  );
  rig.snapshot(T + 90, 2);
  rig.evidence.end();
  expect(rig.counts.checks.hashDelta).toEqual({ verified: 0, superseded: 0, unverifiable: 2, mismatched: 0 });
  expect(rig.faults).toEqual([]);
});

test('a lost deep change is a mismatch at the next venue time of the connection, and not before', () => {
  const rig = new EvidenceRig();
  rig.snapshot(T);
  rig.batch(T + 5, [[4600, 1e6]]);
  rig.take(rig.batch(T + 6, [[5300, 1e6]]));
  expect(rig.counts.checks.hashDelta.mismatched).toBe(0);
  rig.take(rig.batch(T + 7, [[5300, 2e6]]));
  expect(rig.counts.checks.hashDelta.mismatched).toBe(2);
  expect(rig.counts.checks.top).toMatchObject({ verified: 4, mismatched: 0 });
  expect(rig.faults[0]).toMatchObject({ check: 'hashDelta', marketId: MARKET_ID, venueMs: T + 6, message: 2 });
});

test('a lost change of the top is a mismatch of the top too', () => {
  const rig = new EvidenceRig();
  rig.snapshot(T);
  rig.batch(T + 5, [[4900, 0]]);
  rig.take(rig.batch(T + 6, [[5300, 1e6]]));
  rig.take(rig.batch(T + 7, [[5300, 2e6]]));
  expect(rig.counts.checks.top.mismatched).toBe(2);
});

test('a trade told of before the next change explains the hash that waited for it', () => {
  const rig = new EvidenceRig({ inferTerms: false });
  rig.snapshot(T);
  const [change, trade] = rig.batch(T + 5, [[5100, 9e6]], 5100);
  rig.take([change!]);
  expect(rig.counts.checks.hashDelta.verified).toBe(0);
  rig.take([trade!]);
  expect(rig.counts.checks.hashDelta).toMatchObject({ verified: 2, mismatched: 0 });
  expect(rig.counts.termsInferred).toBe(0);
});

test('a trade told of after the next change is inferred, and without that the hash is a mismatch', () => {
  for (const inferTerms of [true, false]) {
    const rig = new EvidenceRig({ inferTerms });
    rig.snapshot(T);
    const [change, trade] = rig.batch(T + 5, [[5100, 9e6]], 5100);
    rig.take([change!, ...rig.batch(T + 6, [[4600, 1e6]]), trade!, ...rig.batch(T + 7, [[4600, 0]])]);
    const verified = inferTerms ? 6 : 4;
    expect(rig.counts.checks.hashDelta).toMatchObject({ verified, mismatched: 6 - verified });
    expect(rig.counts.termsInferred).toBe(inferTerms ? 1 : 0);
  }
});

test('a tick change told of after the snapshot with the new tick is inferred', () => {
  const rig = new EvidenceRig();
  rig.snapshot(T);
  const other = new EvidenceRig();
  Object.assign(other.wire, { identity: { ...other.wire.identity, tickE4: 10 } });
  const bare = JSON.parse(other.wire.snapshotText(T + 5)) as Record<string, unknown>[];
  for (const book of bare) delete book['tick_size'];
  rig.take([JSON.stringify(bare[0])]);
  rig.take(other.batch(T + 6, [[4600, 1e6]]));
  expect(rig.counts.checks.hashWs).toMatchObject({ verified: 3, mismatched: 0 });
  expect(rig.counts.termsInferred).toBeGreaterThan(0);
});

test('the sound token of a message convicts the other at once', () => {
  const rig = new EvidenceRig();
  rig.snapshot(T);
  const [text] = rig.batch(T + 5, [[4600, 1e6]]);
  rig.take([text!.replace(/"hash":"(.)/, (_, digit) => `"hash":"${digit === '0' ? '1' : '0'}`)]);
  expect(rig.counts.checks.hashDelta).toMatchObject({ verified: 1, mismatched: 1 });
});

test('views that differ are a mismatch of the mirror, as the engine itself counts it', () => {
  const rig = new EvidenceRig();
  rig.snapshot(T);
  const [text] = rig.batch(T + 5, [[4600, 1e6]]);
  rig.take([text!.replace('"size":"1"', '"size":"2"')]);
  expect(rig.counts.checks.mirror.mismatched).toBe(1);
  expect(rig.faults[0]).toMatchObject({ check: 'mirror', marketId: MARKET_ID });
});

test('a book without a snapshot is never called wrong', () => {
  const rig = new EvidenceRig();
  rig.take(rig.batch(T + 5, [[4600, 1e6]]));
  rig.take(rig.batch(T + 6, [[4600, 2e6]]));
  rig.evidence.end();
  expect(rig.counts.checks.hashDelta).toMatchObject({ mismatched: 0, unverifiable: 4 });
});

test('a connection that is lost leaves its claims unverifiable, and only its own', () => {
  const rig = new EvidenceRig();
  rig.snapshot(T);
  rig.batch(T + 5, [[4600, 1e6]]);
  rig.take(rig.batch(T + 6, [[5300, 1e6]]));
  rig.evidence.disconnected(2);
  expect(rig.counts.checks.hashDelta.unverifiable).toBe(0);
  rig.evidence.disconnected(1);
  expect(rig.counts.checks.hashDelta.unverifiable).toBe(2);
});

test('claims of many connections that ended without a word are all counted at the end', () => {
  const rig = new EvidenceRig();
  for (let connection = 1; connection <= 40; connection += 1) {
    rig.snapshot(T + connection * 100, connection);
    const burst = [
      [4600, connection * 1e6],
      [4500, connection * 1e6],
    ] as const;
    rig.take(rig.batch(T + connection * 100 + 5, burst).slice(0, 1), connection);
  }
  expect(rig.counts.checks.hashDelta.unverifiable).toBe(0);
  rig.evidence.end();
  expect(rig.counts.checks.hashWs).toMatchObject({ verified: 80 });
  expect(rig.counts.checks.hashDelta).toEqual({ verified: 0, superseded: 0, unverifiable: 80, mismatched: 0 });
});

test('a check that is switched off counts nothing', () => {
  const rig = new EvidenceRig({ hash: false, top: false, mirror: false });
  rig.snapshot(T);
  rig.take(rig.batch(T + 5, [[4600, 1e6]]));
  const sums = Object.values(rig.counts.checks).flatMap((verdicts) => Object.values(verdicts));
  expect(sums.every((count) => count === 0)).toBe(true);
});

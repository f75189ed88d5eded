// Whole runs over real sockets: the embedded venue, every topology, and every way a run ends.
import { describe, expect, test } from 'vitest';
import { EXIT } from '../../engine/core/exit-codes.ts';
import { reportOf, start } from './rig.ts';

/** The recording lasts 45 s; four times as fast the venue's latency weighs more, which is no matter here. */
const FAST = ['run', '--json', '--speed', '4'];

describe('a whole run', () => {
  for (const topology of ['threads', 'inline'] as const) {
    test(`trades to the recording's end in topology ${topology}, and its ledger equals the venue's`, async () => {
      const { code, out, err } = await start(FAST, { topology }).ended;
      expect(err).not.toMatch(/Error/);
      const report = reportOf(out);
      expect(report).toMatchObject({ exitCode: EXIT.ok, ended: 'done', topology, venueLedgerEqual: true });
      expect(code).toBe(EXIT.ok);
      expect(report.framesDecoded).toBe(report.framesReceived);
      expect(report.framesReceived).toBeGreaterThan(10_000);
      expect(report.fills).toBeGreaterThan(0);
      expect(report.socketBytesReceived).toBeGreaterThan(1_000_000);
      expect(report.topMismatched + report.mirrorMismatched + report.recordsInvalid).toBe(0);
      expect(report.pnlMicros).toBe(report.realisedMicros + report.lockedMicros + report.openMicros);
      const threads = new Map(report.threads.map(({ role, threadId }) => [role, threadId]));
      expect([...threads.keys()]).toEqual(['ingest', 'detect0', 'execute']);
      expect(new Set(threads.values()).size).toBe(topology === 'threads' ? 3 : 1);
      for (const { cpuMicros } of report.threads) expect(cpuMicros).toBeGreaterThan(0);
    });
  }

  test('ends within a second of Ctrl-C with the summary and exit code 0', async () => {
    const running = start(['run'], { observe: { plainStatusMs: 200 } });
    await running.said(/opportunities/);
    const asked = performance.now();
    running.child.kill('SIGINT');
    const { code, out } = await running.ended;
    expect(performance.now() - asked).toBeLessThan(3_000);
    expect(code).toBe(EXIT.ok);
    expect(out).toMatch(/run stopped after/);
    expect(out).toMatch(/ledger/);
  });
});

describe('a thread that is lost', () => {
  test('hung with its sockets open: the breaker opens, it is reported, and the launcher ends with 71', async () => {
    const drill = { fault: 'hang', role: 'ingest', afterFrames: 100 };
    const { code, out, err } = await start(FAST, { topology: 'threads', drill }).ended;
    expect(code).toBe(EXIT.workerLost);
    const report = reportOf(out);
    expect(report.failure).toMatch(/ingest hung: no heartbeat/);
    expect(report.breaker).toMatchObject({ open: true, causes: ['workerLost'] });
    expect(err).toMatch(/ingest hung.*breaker open/);
  });

  test('crashed: a detector that throws ends the run with 71 and its message', async () => {
    const drill = { fault: 'crash', role: 'detect0', afterFrames: 100 };
    const { code, out } = await start(FAST, { topology: 'threads', drill }).ended;
    expect(code).toBe(EXIT.workerLost);
    expect(reportOf(out).failure).toMatch(/detect0 crashed: drill: detect0 crashes after frame \d+/);
    expect(reportOf(out).breaker.open).toBe(true);
  });

  test('the main thread itself: the launcher misses its heartbeats and ends with 72', async () => {
    const drill = { fault: 'hang', role: 'main', afterFrames: 100 };
    const { code, err } = await start(FAST, { topology: 'threads', drill }).ended;
    expect(code).toBe(EXIT.mainHung);
    expect(err).toMatch(/main thread/);
  });
});

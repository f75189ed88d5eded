// Runs through the launcher as a user starts them: Ctrl-C, lost threads and a hung main each end with their own code.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { EXIT } from '../../engine/core/exit-codes.ts';
import type { EngineReport } from '../../engine/observe/report-schema.ts';

const dir = mkdtempSync(join(tmpdir(), 'dutchbook-run-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
  /** From the moment `when` was seen to the end. */
  readonly endMs: number;
}

/** Starts a run; at the first output that matches `when`, does `act` with the launcher's process id. */
function run(words: readonly string[], environment: Record<string, string>, when: RegExp, act: (pid: number) => void) {
  return new Promise<Ended>((done) => {
    const env = { ...process.env, DUTCHBOOK__OBSERVE__PLAIN_STATUS_MS: '200', ...environment };
    const started = spawn(process.execPath, [resolve('bin/dutchbook.js'), 'run', ...words], { cwd: dir, env });
    let [out, err, seenMs] = ['', '', 0];
    const look = (): void => {
      if (seenMs > 0 || !when.test(out + err)) return;
      seenMs = performance.now();
      act(started.pid!);
    };
    started.stdout.on('data', (piece) => {
      out += piece;
      look();
    });
    started.stderr.on('data', (piece) => {
      err += piece;
      look();
    });
    started.on('close', (code) => done({ code, out, err, endMs: performance.now() - seenMs }));
  });
}

const RUNNING = /books SYNCED/;

test.each(['threads', 'inline'])('Ctrl-C ends a run in %s with the summary and 0', async (topology) => {
  const ended = await run([], { DUTCHBOOK__TOPOLOGY: topology }, RUNNING, (pid) => process.kill(pid, 'SIGINT'));
  expect(ended.code, ended.err).toBe(EXIT.ok);
  expect(ended.out).toMatch(/run stopped after/);
  expect(ended.out).toContain(`topology        ${topology}: ingest on thread`);
  expect(ended.out).toMatch(/ledger {10}equal to the venue/);
  // One second on an idle machine; tests share theirs.
  expect(ended.endMs).toBeLessThan(5_000);
});

test('with --json standard output is one report and nothing else, also after SIGTERM', async () => {
  const ended = await run(['--json'], { DUTCHBOOK__TOPOLOGY: 'threads' }, RUNNING, (pid) =>
    process.kill(pid, 'SIGTERM'),
  );
  const report = JSON.parse(ended.out) as EngineReport;
  expect(report).toMatchObject({ schema: 1, command: 'run', ended: 'stopped', exitCode: EXIT.ok, topology: 'threads' });
  expect(report.framesReceived).toBeGreaterThan(0);
  expect(report.socketBytesReceived).toBeGreaterThan(report.framesReceived);
  // The engine's own time: what the machine's other work adds before and after it is not the engine's.
  expect(report.shutdownMs).toBeGreaterThan(0);
  expect(report.shutdownMs).toBeLessThanOrEqual(1_000);
});

function drill(fault: string, role: string): Record<string, string> {
  return {
    DUTCHBOOK__TOPOLOGY: 'threads',
    DUTCHBOOK__DRILL__FAULT: fault,
    DUTCHBOOK__DRILL__ROLE: role,
    DUTCHBOOK__DRILL__AFTER_FRAMES: '20',
  };
}

test.each([
  ['hang', 'ingest'],
  ['crash', 'ingest'],
  ['hang', 'detect0'],
  ['crash', 'detect0'],
])('a %s of %s with its sockets open trips the breaker and ends with 71', async (fault, role) => {
  const ended = await run(['--json'], drill(fault, role), /breaker open/, () => {});
  expect(ended.code, ended.err).toBe(EXIT.workerLost);
  const report = JSON.parse(ended.out) as EngineReport;
  expect(report).toMatchObject({ ended: 'failed', exitCode: EXIT.workerLost });
  expect(report.failure).toContain(role);
  expect(report.breaker).toMatchObject({ open: true, causes: ['workerLost'] });
});

test('a main thread stuck in a loop is ended by the launcher with 72', async () => {
  const ended = await run([], drill('hang', 'main'), RUNNING, () => {});
  expect(ended.code, ended.err).toBe(EXIT.mainHung);
  expect(ended.err).toContain('the main thread hung');
});

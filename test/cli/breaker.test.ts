// `dutchbook breaker` against a real `dutchbook run`: status, trip, reset, kill, and what is refused.
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { EXIT } from '../../engine/core/exit-codes.ts';

const BIN = resolve('bin/dutchbook.js');

interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

function breaker(cwd: string, ...words: string[]): Promise<Said> {
  return new Promise((done) => {
    const ended = execFile(process.execPath, [BIN, 'breaker', ...words], { cwd }, (_error, out, err) => {
      done({ code: ended.exitCode ?? -1, out, err });
    });
  });
}

test('an operator trips, looks at, resets and kills a run that goes on', { timeout: 60_000 }, async () => {
  const cwd = mkdtempSync(join(tmpdir(), 'dutchbook-breaker-'));
  onTestFinished(() => rmSync(cwd, { recursive: true, force: true }));
  const why = ['--reason', 'a test'];
  const none = await breaker(cwd, 'status');
  expect([none.code, none.err]).toEqual([EXIT.unreachable, expect.stringContaining('no run listens in')]);
  const env = { ...process.env, DUTCHBOOK__OBSERVE__PLAIN_STATUS_MS: '200', DUTCHBOOK__TOPOLOGY: 'inline' };
  const run = spawn(process.execPath, [BIN, 'run', '--json'], { cwd, env });
  const over = new Promise<number | null>((done) => run.on('close', done));
  let out = '';
  run.stdout.on('data', (piece) => {
    out += String(piece);
  });
  await new Promise<void>((seen) => {
    let err = '';
    run.stderr.on('data', (piece) => {
      err += String(piece);
      if (err.includes('books SYNCED')) seen();
    });
  });
  const unsaid = await breaker(cwd, 'trip');
  expect([unsaid.code, unsaid.err]).toEqual([EXIT.usage, expect.stringContaining('trip needs --reason')]);
  expect((await breaker(cwd, 'trip', ...why)).out).toContain('breaker open (manual)');
  expect((await breaker(cwd, 'reset', ...why)).out).toContain('breaker closed, reduce-only off, 1 trips');
  const killed = await breaker(cwd, 'kill', ...why, '--json');
  expect(JSON.parse(killed.out)).toMatchObject({
    ...{ ok: true, exitCode: 0, status: { state: 'open', causes: ['manual'] } },
    venues: [{ venue: 'polymarket', refused: {}, failure: '' }],
  });
  run.kill('SIGTERM');
  expect(await over).toBe(EXIT.ok);
  expect(JSON.parse(out)).toMatchObject({ breaker: { open: true, state: 'open', reduceOnly: false, trips: 2 } });
});

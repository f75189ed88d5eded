// The launcher: whatever becomes of its child, it ends with the documented exit code and in time.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { EXIT } from '../../engine/core/exit-codes.ts';

const dir = mkdtempSync(join(tmpdir(), 'dutchbook-launch-'));
afterAll(() => rmSync(dir, { recursive: true }));
const launchUrl = pathToFileURL(resolve('bin/launch.js')).href;

interface Launched {
  readonly process: ChildProcess;
  readonly ended: Promise<{ code: number | null; ms: number; errors: string }>;
  /** Resolves when the child has printed `ready`. */
  readonly ready: Promise<void>;
}

let made = 0;

/** Runs the launcher over a child with this source. */
function launched(childSource: string, limits: object = {}): Launched {
  made += 1;
  const child = join(dir, `child${made}.mjs`);
  const runner = join(dir, `runner${made}.mjs`);
  writeFileSync(child, childSource);
  writeFileSync(
    runner,
    `import { launch } from '${launchUrl}';\n` +
      `process.exitCode = await launch(${JSON.stringify(child)}, [], ${JSON.stringify(limits)});\n`,
  );
  const started = performance.now();
  const process_ = spawn(process.execPath, [runner], { stdio: ['ignore', 'pipe', 'pipe'] });
  let errors = '';
  process_.stderr.on('data', (piece) => {
    errors += piece;
  });
  const ready = new Promise<void>((done) => {
    process_.stdout.on('data', (piece) => {
      if (String(piece).includes('ready')) done();
    });
  });
  const ended = new Promise<{ code: number | null; ms: number; errors: string }>((done) => {
    process_.on('close', (code) => done({ code, ms: performance.now() - started, errors }));
  });
  return { process: process_, ended, ready };
}

const LISTEN = `import { createServer } from 'node:net';
createServer(() => {}).listen(0, '127.0.0.1');
`;

test('a child that announces 71 and then hangs with a socket open is ended, with 71', async () => {
  const { ended } = launched(
    `${LISTEN}process.send({ kind: 'exit', code: 71 }, () => { for (;;) {} });\nsetInterval(() => {}, 1000);`,
  );
  const { code, ms } = await ended;
  expect(code).toBe(EXIT.workerLost);
  // One second of grace, and two starts of Node on a busy machine.
  expect(ms).toBeLessThan(5_000);
});

test('a child that announces 0 and is then aborted by a native thread ends with 0', async () => {
  const { ended } = launched(`process.send({ kind: 'exit', code: 0 }, () => process.abort());`);
  expect((await ended).code).toBe(EXIT.ok);
});

test('a child that aborts without a word ends as an internal error that names the signal', async () => {
  const { code, errors } = await launched('process.abort();').ended;
  expect(code).toBe(EXIT.internal);
  expect(errors).toContain('SIGABRT');
});

test('a child that ends by itself keeps its own exit code', async () => {
  expect((await launched('process.exit(0)').ended).code).toBe(0);
  expect((await launched('process.exit(2)').ended).code).toBe(2);
});

test('a main thread whose heartbeats stop is ended as hung', async () => {
  const { code, errors } = await launched(`process.send({ kind: 'alive' }, () => { for (;;) {} });`, { hangMs: 750 })
    .ended;
  expect(code).toBe(EXIT.mainHung);
  expect(errors).toContain('hung');
});

test('a child that never sent a heartbeat may work for as long as it likes', async () => {
  const busy = `const end = performance.now() + 1500; while (performance.now() < end); process.exit(0);`;
  expect((await launched(busy, { hangMs: 500 }).ended).code).toBe(0);
});

const STOPPABLE = `process.on('SIGINT', () => {});
process.on('message', ({ kind }) => { if (kind === 'stop') process.send({ kind: 'exit', code: 0 }, () => process.exit(0)); });
setInterval(() => {}, 1000);
console.log('ready');`;

test.each(['SIGINT', 'SIGTERM'] as const)('%s to the launcher alone stops the child, with 0', async (signal) => {
  const run = launched(STOPPABLE);
  await run.ready;
  run.process.kill(signal);
  expect((await run.ended).code).toBe(EXIT.ok);
});

test('a child that does not stop when asked is ended as hung after the grace', async () => {
  const run = launched(`process.on('SIGINT', () => {}); setInterval(() => {}, 1000); console.log('ready');`, {
    stopMs: 500,
  });
  await run.ready;
  run.process.kill('SIGTERM');
  const { code, errors } = await run.ended;
  expect(code).toBe(EXIT.mainHung);
  expect(errors).toContain('shutdown');
});

// The start of the recorder's thread: it opens its recording, or the starter is told why not, also when the thread ends
// without a word.
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { runStartNs } from '../../engine/core/clock.ts';
import { compileWasm } from '../../engine/detect/host.ts';
import { AgentWords, recorderIndex } from '../../engine/memory/agent-words.ts';
import { Arena } from '../../engine/memory/arena.ts';
import { NO_DRILL } from '../../engine/threads/drill.ts';
import * as L from '../../wasm/layout.ts';
import { SMALL_PLAN } from '../helpers/arena.ts';
import { HEAD, PLAN, WIDE_LIMITS } from '../replay/support/recorder.ts';

/** Threads start the built files. */
const built = (await import(resolve('dist/engine/threads.js'))) as typeof import('../../engine/threads.ts');

function rig(folder: string) {
  const arena = Arena.create({ ...SMALL_PLAN, ...PLAN });
  const lost: string[] = [];
  const threads = new built.Threads({
    ...{ context: { memory: arena.memory, module: compileWasm(), startNs: runStartNs() }, arena, hungNs: 10e9 },
    onLost: (role, why) => lost.push(`${role} ${why}`),
  });
  const words = new AgentWords(arena, recorderIndex(arena));
  const task = { folder, head: HEAD, limits: WIDE_LIMITS, drill: NO_DRILL };
  return { threads, words, lost, begin: () => threads.startRecorder(task, () => undefined) };
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'dutchbook-recorder-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test('a recorder opens its recording, has a heartbeat that goes on, and ends when asked, its recording closed', async () => {
  const folder = join(temporaryFolder(), 'recording');
  const { threads, words, lost, begin } = rig(folder);
  await begin();
  expect(words.state).toBe(L.AGENT_RUNNING);
  const { heartbeat } = words;
  await expect.poll(() => words.heartbeat).toBeGreaterThan(heartbeat);
  threads.requestStop('others');
  expect(words.stopRequested).toBe(false);
  threads.requestStop('recorder');
  expect(await threads.ended(5_000)).toBe(true);
  expect(words.state).toBe(L.AGENT_ENDED);
  expect(lost).toEqual([]);
  expect(readdirSync(folder).sort()).toEqual(['000001.segment', 'manifest.json']);
});

test('a recorder that ends before it opened, without an error, is told to the starter', async () => {
  const folder = join(temporaryFolder(), 'recording');
  const { words, lost, begin, threads } = rig(folder);
  words.requestStop();
  await expect(begin()).rejects.toThrow('recorder exited with 0 before it opened its recording');
  expect(await threads.ended(5_000)).toBe(true);
  expect(lost).toEqual([]);
});

test('a folder that cannot be made is told to the starter with its reason', async () => {
  const file = join(temporaryFolder(), 'file');
  writeFileSync(file, '');
  const { begin } = rig(join(file, 'recording'));
  await expect(begin()).rejects.toThrow(/ENOTDIR/);
});

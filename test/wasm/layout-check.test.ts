// A wrong layout does not compile: one constant is spoilt in a copy of the module's sources, and asc refuses it.
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

const ASC = resolve('node_modules/assemblyscript/bin/asc.js');

/** What asc says about a copy of wasm/ in which `from`, found once in layout.ts, reads `to`. */
function compiled(from: string, to: string): Promise<{ readonly ok: boolean; readonly output: string }> {
  const directory = mkdtempSync(join(tmpdir(), 'dutchbook-layout-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  cpSync('wasm', directory, { recursive: true });
  const file = join(directory, 'layout.ts');
  const text = readFileSync(file, 'utf8');
  expect(text.split(from)).toHaveLength(2);
  writeFileSync(file, text.replace(from, to));
  const flags = ['--config', resolve('asconfig.json'), '--target', 'debug', '--noEmit'];
  return new Promise((done) => {
    execFile(process.execPath, [ASC, join(directory, 'layout-check.ts'), ...flags], (error, stdout, stderr) => {
      done({ ok: error === null, output: stdout + stderr });
    });
  });
}

test('a field at a wrong offset, and areas that overlap, are compile errors that name the constant', async () => {
  const same = 'LEVEL_SIZE_MICROS = 24;';
  expect((await compiled(same, same)).ok).toBe(true);
  for (const [from, to, name] of [
    ['export const LEVEL_SIZE_MICROS = 24;', 'export const LEVEL_SIZE_MICROS = 16;', 'LEVEL_SIZE_MICROS'],
    ['SCRATCH_DIRTY_MAX = 1024;', 'SCRATCH_DIRTY_MAX = 1025;', 'SCRATCH_SIDS'],
    ['SEAL_TOP_AGREED_NS = 72;', 'SEAL_TOP_AGREED_NS = 160;', 'SEAL_TOP_AGREED_NS'],
    ['SEAL_REFUTED_SEQ = 152;', 'SEAL_REFUTED_SEQ = 80;', 'SEAL_REFUTED_SEQ'],
  ] as const) {
    const { ok, output } = await compiled(from, to);
    expect(ok).toBe(false);
    expect(output).toContain(`'layout: ${name}'`);
  }
}, 60_000);

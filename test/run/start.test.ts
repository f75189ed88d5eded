// Runs that cannot start: each ends with its documented code, one sentence, and nothing left running; and what a
// short run leaves in its journal.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EXIT } from '../../engine/core/exit-codes.ts';
import { reportOf, start } from './rig.ts';

const dir = mkdtempSync(join(tmpdir(), 'dutchbook-start-'));
let holder: Server;
let port: number;

beforeAll(async () => {
  holder = createServer();
  await new Promise<void>((done) => holder.listen(0, '127.0.0.1', done));
  port = (holder.address() as AddressInfo).port;
});

afterAll(() => {
  holder.close();
  rmSync(dir, { recursive: true });
});

/** A process that has ended and was not yet reaped by its new parent runs nothing any more. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !existsSync('/proc/self/stat') || !readFileSync(`/proc/${pid}/stat`, 'latin1').includes(') Z ');
  } catch {
    return false;
  }
}

describe('a busy port of the feed server', () => {
  for (const topology of ['threads', 'inline'] as const) {
    for (const transport of ['auto', 'ws'] as const) {
      test(`ends a run with 74 in ${topology} on ${transport}, with nothing left running`, async () => {
        const config = { topology, ingest: { transport, feedServer: { port } } };
        const running = start(['run', '--json'], config, { DUTCHBOOK_FEED_TOKEN: 'token' });
        const [, pid] = await running.said(/simulated venue: process (\d+)/);
        const { code, out, err } = await running.ended;
        expect(code, err).toBe(EXIT.unreachable);
        expect(out).toBe('');
        expect(err).toMatch(new RegExp(`dutchbook: feed server: .*127\\.0\\.0\\.1:${port}\n`));
        expect(err).not.toMatch(/ at .*\.js:\d+/);
        await expect.poll(() => isRunning(Number(pid)), { timeout: 5_000 }).toBe(false);
      });
    }
  }
});

test('a journal folder that cannot be used ends a run with 73 and one sentence', async () => {
  const file = join(dir, 'a-file');
  writeFileSync(file, '');
  const { code, err } = await start(['run', '--json'], { journal: { dir: join(file, 'journal') } }).ended;
  expect(code, err).toBe(EXIT.journal);
  expect(err).toMatch(
    /^dutchbook: journal\.dir: .*a-file\/journal\/.* cannot be created: a part of the path is a file$/m,
  );
});

test('the journal and the summary name one config hash, with the words of the command line in it', async () => {
  const journal = join(dir, 'journal');
  const words = ['run', '--json', '--seconds', '1', '--speed', '2'];
  const { code, out, err } = await start(words, { journal: { dir: journal } }).ended;
  expect(code, err).toBe(EXIT.ok);
  const { configHash } = reportOf(out);
  const [name] = readdirSync(journal);
  expect(readFileSync(join(journal, name!, '000001.dbj'), 'latin1')).toContain(configHash);
  expect(err).toContain('feed server: closed, no token');
});

// Recordings made by whole processes: what a run recorded replays to the run's own books, a killed recorder leaves what
// it flushed, and a recorder that is lost is seen, said and counted while the run goes on.
import { spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { EXIT } from '../../engine/core/exit-codes.ts';
import type { EngineReport } from '../../engine/observe/report-schema.ts';
import { readManifest } from '../../engine/replay/manifest.ts';
import { damageText, RecordingReader } from '../../engine/replay/recording.ts';
import { RECORD_TEXT } from '../../engine/replay/segment.ts';
import { recordsOf } from '../replay/support/files.ts';
import { LiveRun } from '../replay/support/live-run.ts';
import { type Running, reportOf, start } from './rig.ts';

// Whole runs, some of them followed by replays.
vi.setConfig({ testTimeout: 180_000 });

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'dutchbook-record-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function reported(words: readonly string[], config: object = {}): Promise<EngineReport> {
  const { code, out, err } = await start([...words, '--json'], config).ended;
  expect(out, `${code} ${err}`).not.toBe('');
  return reportOf(out);
}

/** The one recording in `dir`. */
function only(dir: string): string {
  const names = readdirSync(dir);
  expect(names).toHaveLength(1);
  return join(dir, names[0]!);
}

/** Replays in both topologies: to `booksHash`, and to one state hash. */
async function replayedAlike(
  folder: string,
  { booksHash, framesReceived }: Pick<EngineReport, 'booksHash' | 'framesReceived'>,
): Promise<EngineReport> {
  // What little a lossy feed offers is bought, too. On a virtual clock: they may run beside each other.
  const config = { execute: { legMicrosMin: 0 } };
  const [inline, threads] = await Promise.all([
    reported(['replay', folder, '--topology', 'inline'], config),
    reported(['replay', folder, '--topology', 'threads'], config),
  ]);
  for (const replayed of [inline, threads])
    expect(replayed).toMatchObject({ exitCode: EXIT.ok, failure: '', framesReceived, booksHash });
  expect(threads.stateHash).toBe(inline.stateHash);
  expect(threads.lives).toEqual(inline.lives);
  return inline;
}

const SMALL_RING = { arena: { scanBytes: 65_536 }, recorder: { enabled: true, ringBytes: 131_072 } };

describe('a run that records', () => {
  for (const topology of ['threads', 'inline'] as const) {
    test(`in ${topology} trades as ever, and its recording replays to its own books and verifies`, async () => {
      const dir = temporaryFolder();
      const report = await reported(['run', '--speed', '15'], { topology, recorder: { enabled: true, dir } });
      expect(report).toMatchObject({ exitCode: EXIT.ok, ended: 'done', venueLedgerEqual: true, framesDropped: 0 });
      expect(report.fills).toBeGreaterThan(0);
      expect(report.livesEnded).toBeGreaterThan(5);
      const { recorder } = report;
      expect(recorder).toMatchObject({ state: 'closed', reason: '', framesLost: 0, gaps: 0, framesDiscarded: 0 });
      expect(recorder!.framesWritten).toBe(recorder!.framesHanded);
      expect(recorder!.framesWritten).toBeGreaterThanOrEqual(report.framesReceived);
      const threads = new Map(report.threads.map(({ role, threadId }) => [role, threadId]));
      expect([...threads.keys()]).toEqual(['ingest', 'detect0', 'execute', 'record', 'verify']);
      expect([...threads].filter(([role, id]) => role !== 'record' && id === threads.get('record'))).toEqual([]);
      const folder = only(dir);
      expect(report.booksHash).toMatch(/^[0-9a-f]{64}$/);
      const verifying = start(['verify', folder, '--json'], {}).ended;
      const { stateHash, lives } = await replayedAlike(folder, report);
      expect(lives!.length).toBeGreaterThan(5);
      expect(stateHash).toMatch(/^[0-9a-f]{64}$/);
      const verified = await verifying;
      expect(verified.code, verified.out).toBe(EXIT.ok);
    });
  }

  for (const fault of ['crash', 'hang'] as const) {
    test(`goes on when its recorder meets a ${fault}: seen, said, and what is missing counted`, async () => {
      const dir = temporaryFolder();
      const recorder = { ...SMALL_RING.recorder, dir, hungMs: 1_000 };
      const drill = { fault, role: 'record', afterFrames: 1_000 };
      // Long enough for a hang to be seen well before the end.
      const speed = fault === 'crash' ? '15' : '10';
      const running = start(['run', '--json', '--speed', speed], { ...SMALL_RING, recorder, drill });
      await running.said(fault === 'crash' ? /recorder lost: crashed: drill/ : /recorder lost: hung: no heartbeat for/);
      const { code, out, err } = await running.ended;
      const report = reportOf(out);
      expect(code, err).toBe(EXIT.ok);
      expect(report).toMatchObject({ ended: 'done', venueLedgerEqual: true, framesDropped: 0 });
      expect(report.fills).toBeGreaterThan(0);
      expect(report.recorder!.state).toBe('lost');
      expect(report.recorder!.framesLost, 'the ring ran full').toBeGreaterThan(1_000);
      const { framesHanded, framesLost } = report.recorder!;
      expect(framesHanded + framesLost).toBeGreaterThanOrEqual(report.framesReceived);
      expect(report.breaker.open).toBe(false);
    });
  }
});

test('connections lost on the way replay alike in both topologies, orders included', async () => {
  const run = new LiveRun('recordings/demo');
  const frames = recordsOf('recordings/demo').filter(({ flags }) => flags === RECORD_TEXT);
  const snapshots = frames.filter(({ text }) => text.startsWith('['));
  for (const [index, { text, recvNs, connection }] of frames.entries()) {
    // A loss in every thousand, then its snapshots again, as a new connection brings them.
    if (index % 1_000 === 999) {
      run.loseConnection(connection, recvNs);
      for (const one of snapshots)
        if (one.connection === connection) run.frame(Buffer.from(one.text), connection, recvNs);
    }
    run.frame(Buffer.from(text), connection, recvNs);
  }
  const { folder, booksHash, framesReceived } = run.end();
  const { fills, opportunities } = await replayedAlike(folder, { booksHash, framesReceived });
  expect(opportunities).toBeGreaterThan(0);
  expect(fills).toBeGreaterThan(0);
});

describe('record', () => {
  for (const topology of ['threads', 'inline'] as const) {
    test(`in ${topology} writes what the venue sends until its end, with the books of its replay`, async () => {
      const folder = join(temporaryFolder(), 'recording');
      const report = await reported(['record', '--speed', '20', '--out', folder], { topology });
      expect(report).toMatchObject({ command: 'record', exitCode: EXIT.ok, ended: 'done', framesDropped: 0 });
      expect(report.recorder).toMatchObject({ state: 'closed', folder, framesLost: 0 });
      expect(report.framesReceived).toBeGreaterThan(10_000);
      const replayed = await reported(['replay', folder]);
      expect(replayed.framesReceived).toBe(report.framesReceived);
      expect(replayed.booksHash).toBe(report.booksHash);
    });
  }

  test('ends with 0 and a closed recording at Ctrl-C', async () => {
    const folder = join(temporaryFolder(), 'recording');
    const running = start(['record', '--json', '--out', folder], { observe: { plainStatusMs: 100 } });
    await running.said(/recorded [1-9]/);
    running.child.kill('SIGINT');
    const { code, out } = await running.ended;
    expect(code).toBe(EXIT.ok);
    expect(reportOf(out)).toMatchObject({ ended: 'stopped', recorder: { state: 'closed' } });
    const reader = new RecordingReader(folder);
    while (reader.next());
    expect(reader.damage()).toEqual([]);
    reader.close();
  });

  test('ends with 73 when the recording cannot be closed, which it then does not call closed', async () => {
    const folder = join(temporaryFolder(), 'recording');
    const running = start(['record', '--json', '--out', folder], { observe: { plainStatusMs: 100 } });
    await running.said(/recorded [1-9]/);
    mkdirSync(join(folder, 'manifest.json.next'));
    running.child.kill('SIGINT');
    const { code, out, err } = await running.ended;
    expect(code, err).toBe(EXIT.journal);
    const { recorder, failure } = reportOf(out);
    expect(failure).toMatch(/^recorder failed: EISDIR/);
    expect(recorder).toMatchObject({ state: 'failed', reason: expect.stringMatching(/^EISDIR/) });
    expect(recorder!.framesWritten + recorder!.framesDiscarded).toBe(recorder!.framesHanded);
  });

  test('killed in the middle keeps every block that it had flushed, and says what the end lacks', async () => {
    const dir = temporaryFolder();
    const folder = join(dir, 'recording');
    // Without the launcher, which would end a killed engine's run in order.
    const words = ['record', '--speed', '8', '--out', folder];
    const environment = { ...process.env, DUTCHBOOK__RECORDER__FLUSH_MS: '50' };
    const child = spawn(process.execPath, [resolve('dist/engine/main.js'), ...words], {
      env: environment,
      stdio: 'ignore',
    });
    const ended = new Promise<string | null>((done) => child.on('close', (_code, signal) => done(signal)));
    const file = join(folder, '000001.segment');
    const size = (): number => (existsSync(file) ? statSync(file).size : 0);
    await expect.poll(size, { timeout: 30_000, interval: 20 }).toBeGreaterThan(100_000);
    const before = readFileSync(file);
    child.kill('SIGKILL');
    expect(await ended).toBe('SIGKILL');
    expect(readFileSync(file).subarray(0, before.length).equals(before)).toBe(true);
    const flushed = recordsIn(folder, dir, before);
    const reader = new RecordingReader(folder);
    let records = 0;
    while (reader.next()) records += 1;
    const damage = reader.damage().map(damageText);
    reader.close();
    expect(flushed).toBeGreaterThan(500);
    expect(records).toBeGreaterThanOrEqual(flushed);
    expect(damage.join()).toMatch(/^000001\.segment: \d+ torn bytes, 0 records lost, not closed$/);
    const replayed = await start(['replay', folder], {}).ended;
    expect(replayed.code).toBe(EXIT.checkFailed);
    expect(replayed.out).toContain('not closed');
  });

  test.skipIf(process.platform !== 'linux')(
    'ends with 73 when the disk takes no more, what was written before readable',
    async () => {
      const dir = temporaryFolder();
      const folder = join(dir, 'recording');
      const line = `ulimit -f 100; exec "$0" "$@"`;
      const words = [resolve('dist/engine/main.js'), 'record', '--speed', '20', '--json', '--out', folder];
      const environment = { ...process.env, DUTCHBOOK__RECORDER__FLUSH_MS: '50' };
      const child = spawn('bash', ['-c', line, process.execPath, ...words], { env: environment });
      let text = '';
      child.stdout.on('data', (bytes: Buffer) => {
        text += bytes.toString('utf8');
      });
      const code = await new Promise((done) => child.on('close', done));
      expect(code, text).toBe(EXIT.journal);
      const { recorder, failure } = reportOf(text);
      expect(failure).toMatch(/^recorder failed: EFBIG/);
      expect(recorder!.framesWritten + recorder!.framesDiscarded).toBe(recorder!.framesHanded);
      const reader = new RecordingReader(folder);
      let records = 0;
      while (reader.next()) records += 1;
      expect(reader.damage().map(damageText).join()).toMatch(/torn bytes, 0 records lost, not closed/);
      reader.close();
      expect(reader.manifest.recorder).toMatchObject({ state: 'failed', reason: expect.stringContaining('EFBIG') });
      expect(records).toBeGreaterThanOrEqual(recorder!.framesWritten);
      expect(records).toBeGreaterThan(500);
    },
  );

  test('ends with 71 when its recorder crashes: there is nothing left to do', async () => {
    const folder = join(temporaryFolder(), 'recording');
    const drill = { fault: 'crash', role: 'record', afterFrames: 1_000 };
    const { code, err } = await start(['record', '--json', '--speed', '15', '--out', folder], { drill }).ended;
    expect(code, err).toBe(EXIT.workerLost);
    expect(err).toMatch(/recorder lost: crashed: drill: record crashes after frame \d+/);
  });

  test('ends with 2 and one sentence when its folder has a recording already, or cannot be made', async () => {
    const dir = temporaryFolder();
    const taken = join(dir, 'taken');
    mkdirSync(taken);
    cpSync('recordings/demo', taken, { recursive: true });
    const before = readFileSync(join(taken, 'manifest.json'));
    const refused = [
      [taken, 'it holds a recording already'],
      [join(taken, 'manifest.json', 'below'), 'ENOTDIR'],
    ] as const;
    const ends = await Promise.all(refused.map(([to]) => start(['record', '--json', '--out', to], {}).ended));
    for (const [index, { code, err }] of ends.entries()) {
      const [folder, why] = refused[index]!;
      expect(code, err).toBe(EXIT.usage);
      expect(err).toContain(`dutchbook: recording to ${folder}: ${why}`);
      expect(err).not.toMatch(/ at .*\.js:\d+/);
    }
    expect(readFileSync(join(taken, 'manifest.json')).equals(before)).toBe(true);
  });
});

describe('record of a venue outside', () => {
  /** A simulated venue in a process of its own, reached by URL only; one for all, as its recording lasts for all. */
  let venue: Running;
  let marketUrl: string;
  let gammaUrl: string;
  beforeAll(async () => {
    venue = start(['venue'], {});
    marketUrl = (await venue.said(/market channel (ws:\S+)/))[1]!;
    gammaUrl = (await venue.said(/Gamma +(http:\S+)/))[1]!;
  });
  afterAll(async () => {
    venue.child.kill('SIGINT');
    await venue.ended;
  });

  test('takes the markets that the config declares, and says that its frames are the venue’s own', async () => {
    const folder = join(temporaryFolder(), 'recording');
    const { markets } = readManifest('recordings/demo');
    const config = { venues: { polymarket: { marketUrl } }, markets: markets.slice(0, 1) };
    const report = await reported(['record', '--seconds', '2', '--out', folder], config);
    expect(report).toMatchObject({ exitCode: EXIT.ok, ended: 'stopped', recorder: { state: 'closed' } });
    expect(report.framesReceived).toBeGreaterThan(50);
    const manifest = readManifest(folder);
    expect(manifest.markets.map(({ id }) => id)).toEqual([markets[0]!.id]);
    expect(manifest.segments[0]).toMatchObject({
      origin: 'real',
      source: expect.stringMatching(/^market channel of 127/),
    });
    expect((await reported(['replay', folder])).booksHash).toBe(report.booksHash);
  });

  test('takes the markets that Gamma names', async () => {
    const folder = join(temporaryFolder(), 'recording');
    const polymarket = { marketUrl, gamma: { url: gammaUrl }, select: { negRisk: true } };
    const report = await reported(['record', '--seconds', '2', '--out', folder], { venues: { polymarket } });
    expect(report).toMatchObject({ exitCode: EXIT.ok, recorder: { state: 'closed' } });
    const manifest = readManifest(folder);
    expect(manifest.markets.length).toBeGreaterThan(1);
    expect(manifest.markets.length).toBeLessThan(readManifest('recordings/demo').markets.length);
    expect(report.framesReceived).toBeGreaterThan(50);
  });

  for (const topology of ['threads', 'inline'] as const) {
    test(`in ${topology} says that its feed is down when nobody answers, and goes on dialling until it is stopped`, async () => {
      const urls = { marketUrl: 'ws://127.0.0.1:1', userUrl: 'ws://127.0.0.1:1', restUrl: 'http://127.0.0.1:1' };
      const folder = join(temporaryFolder(), 'recording');
      const config = {
        ...{ topology, venues: { polymarket: urls }, markets: readManifest('recordings/demo').markets.slice(0, 1) },
        ingest: { care: { backoffMsMin: 10, failuresToPoll: 2 } },
      };
      const running = start(['record', '--json', '--out', folder], config);
      await running.said(/market feed, connection 0: DOWN after \d+ failures, the last: 1006 .*ECONNREFUSED/);
      running.child.kill('SIGINT');
      const { code, out, err } = await running.ended;
      expect(code, err).toBe(EXIT.ok);
      expect(reportOf(out)).toMatchObject({ ended: 'stopped', marketFeed: { down: 1, opens: 0 }, reconnects: 0 });
      expect(err.match(/DOWN/g), 'said once').toHaveLength(1);
    });
  }

  test('is refused without a market', async () => {
    const polymarket = { marketUrl: 'ws://127.0.0.1:1' };
    const { code, err } = await start(['record', '--json'], { venues: { polymarket } }).ended;
    expect(code, err).toBe(EXIT.usage);
    expect(err).toContain('dutchbook: markets: none of Polymarket, allowed at least one');
  });
});

/** Records in the segment as it was when `bytes` were all of it. */
function recordsIn(folder: string, dir: string, bytes: Buffer): number {
  const copy = join(dir, 'copy');
  cpSync(folder, copy, { recursive: true });
  writeFileSync(join(copy, '000001.segment'), bytes);
  const reader = new RecordingReader(copy);
  let records = 0;
  while (reader.next()) records += 1;
  reader.close();
  return records;
}

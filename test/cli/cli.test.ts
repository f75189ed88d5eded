// The built command line: words, exit codes, reports. Runs the launcher as a user does.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { EXIT } from '../../engine/core/exit-codes.ts';
import type { CheckReport, DoctorReport } from '../../engine/observe/report-schema.ts';
import type { VerifyReport } from '../../engine/observe/report-schema-data.ts';
import type { ScanReport } from '../../engine/observe/report-schema-scan.ts';
import { LAYOUT_VERSION } from '../../wasm/layout.ts';

const dir = mkdtempSync(join(tmpdir(), 'dutchbook-cli-'));
afterAll(() => rmSync(dir, { recursive: true }));

interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function dutchbook(words: readonly string[], environment: Record<string, string> = {}): Ran {
  const env = { ...process.env, ...environment };
  const ran = spawnSync(process.execPath, [resolve('bin/dutchbook.js'), ...words], { cwd: dir, env, encoding: 'utf8' });
  return { code: ran.status, out: ran.stdout, err: ran.stderr };
}

test('check without a file says that the defaults are valid, with their digest and the memory they need', () => {
  const { code, out } = dutchbook(['check', '--json']);
  const report = JSON.parse(out) as CheckReport;
  expect(code).toBe(EXIT.ok);
  expect(report).toMatchObject({ schema: 1, command: 'check', valid: true, file: null, problems: [] });
  expect(report.configHash).toMatch(/^[0-9a-f]{64}$/);
  expect(report.arenaBytes).toBeGreaterThan(1_000_000);
});

test('check names every problem of a bad file and ends with 2', () => {
  const file = join(dir, 'bad.yaml');
  writeFileSync(file, 'mode: alive\narena:\n  markets: 0\n');
  const { code, out, err } = dutchbook(['check', '--config', file]);
  expect(code).toBe(EXIT.usage);
  expect(out).toBe('');
  expect(err).toContain(`${file}:1:1 mode: value "alive"`);
  expect(err).toContain(`${file}:3:3 arena.markets: value 0, allowed an integer 1..65535`);
  expect(dutchbook(['check', '--config', join(dir, 'none.yaml')]).err).toContain('no such file');
});

test('check says what the relations come to, and refuses those that cannot hold together', () => {
  const file = join(dir, 'relations.yaml');
  const pair = 'markets: ["polymarket:a", "kalshi:K"]';
  writeFileSync(file, `relations: [{kind: same, ${pair}}]\n`);
  const report = JSON.parse(dutchbook(['check', '--json', '--config', file]).out) as CheckReport;
  expect(report.relations).toMatchObject({
    baskets: 0,
    untraded: [{ reason: 'fingerprint' }, { reason: 'fingerprint' }],
  });
  writeFileSync(
    file,
    `relations: [{kind: complement, ${pair}}, {kind: implies, ${pair}}, {kind: atMostOne, ${pair}}]\n`,
  );
  expect(dutchbook(['check', '--config', file]).code).toBe(EXIT.ok);
  const back = 'markets: ["kalshi:K", "polymarket:a"]';
  writeFileSync(file, `relations: [{kind: complement, ${pair}}, {kind: implies, ${pair}}, {kind: implies, ${back}}]\n`);
  const { code, err } = dutchbook(['check', '--config', file]);
  expect(code).toBe(EXIT.usage);
  expect(err).toMatch(/^relations complement .* and implies .*: allowed relations that can hold together/);
});

test('an arena beyond what WASM can address is refused in one sentence', () => {
  const { code, err } = dutchbook(['check'], {
    DUTCHBOOK__ARENA__LEVEL_RING_SLOTS: '16777216',
    DUTCHBOOK__DETECTORS: '16',
  });
  expect(code).toBe(EXIT.usage);
  expect(err).toMatch(/^arena: \d+ bytes, allowed at most 4 GiB/);
});

test('doctor names Node, every native package with its digest, the transport and the layout', () => {
  const { code, out } = dutchbook(['doctor', '--json']);
  const report = JSON.parse(out) as DoctorReport;
  expect(code).toBe(EXIT.ok);
  expect(report.node).toBe(process.versions.node);
  expect(report.wasmLayoutVersion).toBe(LAYOUT_VERSION);
  expect(report.nativePackages.map(({ name }) => name)).toEqual([
    'uWebSockets.js',
    'secp256k1',
    'simdjson',
    '@napi-rs/blake-hash',
  ]);
  for (const native of report.nativePackages.filter(({ loads }) => loads)) {
    expect(native.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(native.binary).toMatch(/^[\w.-]+\.node$/);
    expect(native.degraded).toBe('');
  }
  expect(report.nodeEndOfLife).toBe(process.versions.node.startsWith('20.'));
});

test('doctor says what is broken, and ends with 1, when the config cannot be used', () => {
  const { code, out } = dutchbook(['doctor'], { DUTCHBOOK__TOPOLOGY: 'both' });
  expect(code).toBe(EXIT.checkFailed);
  expect(out).toContain('DUTCHBOOK__TOPOLOGY topology: value "both", allowed auto | threads | inline');
});

test('verify tells what recordings prove, as a table and as one object, and ends with 1 when they prove nothing', () => {
  const session = resolve('test/fixtures/verify/sessions/m9-rtds-natural-20260428d');
  const { code, out } = dutchbook(['verify', session, '--json']);
  expect(code).toBe(EXIT.ok);
  const report = JSON.parse(out) as VerifyReport;
  expect(report).toMatchObject({ schema: 1, command: 'verify', ended: 'done', exitCode: 0, mismatched: 0 });
  expect(report.recordings[0]!.markets).toHaveLength(3);
  const table = dutchbook(['verify', session, resolve('test/fixtures/replay/fed-frames.json')]);
  expect(table.code).toBe(EXIT.ok);
  expect(table.out).toMatch(/hashes +rest 48, ws 26, deltas 60 \?8\n/);
  const empty = join(dir, 'empty.jsonl');
  writeFileSync(empty, '\n');
  const nothing = dutchbook(['verify', empty, '--from', 'polymarket-jsonl', '--json']);
  expect(nothing.code).toBe(EXIT.checkFailed);
  expect((JSON.parse(nothing.out) as VerifyReport).failure).toContain('nothing was verified');
});

test('scan tells what detection finds, as a table and as one object, and ends with 1 when it examined nothing', () => {
  const { code, out } = dutchbook(['scan', resolve('recordings/demo'), '--json']);
  expect(code).toBe(EXIT.ok);
  const report = JSON.parse(out) as ScanReport;
  expect(report).toMatchObject({ schema: 1, command: 'scan', ended: 'done', exitCode: 0, basketsEvaluated: 2 });
  expect(report.forms.map(({ form, standing }) => `${form} ${standing}`)).toEqual([
    'negRiskYes proven',
    'negRiskNo proven',
  ]);
  const pairs = resolve('test/fixtures/scan/cross-venue');
  const table = dutchbook(['scan', pairs, '--config', `${pairs}.yaml`]);
  expect(table.code).toBe(EXIT.ok);
  expect(table.out).toMatch(/same \(suspect\) +16 +13 +0 +0 +1 +0 /);
  expect(table.out).toMatch(
    /suspect same:YES polymarket:0x12dc\w+\+NO kalshi:KXBALLONDOR-26-HKAN: gap 0.061, 0.0334 after fees; 1 found/,
  );
  expect(table.out).toContain('proven     0 opportunities, $0 net of fees; suspect ones are no arbitrage');
  const nothing = dutchbook(['scan', pairs, '--json']);
  expect(nothing.code).toBe(EXIT.checkFailed);
  expect((JSON.parse(nothing.out) as ScanReport).failure).toContain('nothing was examined');
});

test.each([
  [['nonsense'], "unknown command 'nonsense'"],
  [['check', '--nonsense'], "unknown option '--nonsense'"],
  [['import', 'a', 'b'], "required option '--from <format>' not specified"],
  [['import', 'a', 'b', '--from', 'csv'], 'Allowed choices are kalshi-ndjson'],
  [['scan'], "missing required argument 'recordings'"],
  [['scan', 'does-not-exist'], 'does-not-exist: no such file or folder'],
  [['verify'], "missing required argument 'recordings'"],
  [['verify', 'does-not-exist'], 'does-not-exist: no such file or folder'],
  [['replay'], "missing required argument 'recording'"],
  [['replay', 'x', '--speed', '0'], 'allowed 0.01..10000 or max'],
  [['replay', 'x', '--at-frame', '0'], 'allowed 1..4294967295'],
  [['replay', 'x', '--at-frame', '1'], '--at-frame needs --dump-books'],
  [['replay', 'does-not-exist'], 'does-not-exist/manifest.json'],
  [['import', 'does-not-exist', 'out', '--from', 'kalshi-ndjson'], 'does-not-exist'],
])('%j is bad usage: one message, no stack, exit code 2', (words, message) => {
  const { code, out, err } = dutchbook(words);
  expect(code, err).toBe(EXIT.usage);
  expect(err).toContain(message);
  expect(err + out).not.toMatch(/\n\s+at /);
});

test('--help and --version end with 0, and the help lists the exit codes', () => {
  expect(dutchbook(['--version'])).toMatchObject({ code: EXIT.ok, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
  const help = dutchbook(['--help']);
  expect(help.code).toBe(EXIT.ok);
  expect(help.out).toContain('71  a worker thread crashed or hung');
});

test('no secret of the environment shows in any output', () => {
  const canary = 'canary-4711-secret';
  const secrets = {
    DUTCHBOOK_FEED_TOKEN: canary,
    DUTCHBOOK_WALLET_KEY: canary,
    DUTCHBOOK_POLYMARKET_API_KEY: canary,
    DUTCHBOOK_POLYMARKET_API_SECRET: canary,
    DUTCHBOOK_POLYMARKET_PASSPHRASE: canary,
  };
  for (const words of [['check'], ['check', '--json'], ['doctor'], ['doctor', '--json'], ['--help']]) {
    const { out, err } = dutchbook(words, secrets);
    expect(out.length).toBeGreaterThan(100);
    expect(out + err).not.toContain(canary);
  }
});

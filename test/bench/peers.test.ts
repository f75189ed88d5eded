// The heavy peers: pinned and locked apart from the product, and, where they are installed, doing the same work as ours.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { truthOf } from '../../bench/cycle.ts';
import type { SuiteResult } from '../../bench/harness.ts';
import { peersInstalled, peerVersions } from '../../bench/peers/install.ts';
import { PEER_SUITE_NAMES } from '../../bench/peers/suites.ts';
import { createWorkload, SMOKE_PLAN } from '../../bench/workload.ts';

interface LockFile {
  readonly packages: Record<string, { readonly version?: string; readonly integrity?: string }>;
}

function lockFile(path: string): LockFile['packages'] {
  return (JSON.parse(readFileSync(path, 'utf8')) as LockFile).packages;
}

test('every peer is pinned to one version, locked with its hash, and no part of the product', () => {
  const packages = lockFile('bench/peers/package-lock.json');
  const product = lockFile('package-lock.json');
  const peers = Object.entries(peerVersions());
  expect(peers.length).toBeGreaterThanOrEqual(6);
  for (const [name, version] of peers) {
    expect(version).toMatch(/^\d+\.\d+\.\d+$/);
    expect(packages[`node_modules/${name}`]?.version).toBe(version);
    expect(product[`node_modules/${name}`]).toBeUndefined();
  }
  for (const [path, { integrity }] of Object.entries(packages)) {
    if (path !== '') expect(integrity, path).toMatch(/^sha512-/);
  }
});

const truth = truthOf(createWorkload(SMOKE_PLAN));

/** What each suite must come to; the decode suite folds records, which only its variants know. */
const EXPECTED: Readonly<Record<string, string | undefined>> = {
  'peers-decode': undefined,
  'peers-book': `${truth.half}.${truth.end}`,
  'peers-frame': `${truth.half}.${truth.end}`,
};

for (const name of PEER_SUITE_NAMES) {
  test.skipIf(!peersInstalled())(`${name}: ours and the peers come to one result`, async () => {
    const child = fileURLToPath(new URL('../../dist/bench/child.js', import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, [child, 'suite', name, 'smoke']);
    const { variants, checksum } = JSON.parse(stdout) as SuiteResult;
    expect(variants.length).toBeGreaterThanOrEqual(3);
    expect(checksum).toBe(EXPECTED[name] ?? checksum);
    expect(checksum).toMatch(/^[0-9a-f.]{33}$/);
  });
}

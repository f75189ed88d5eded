// The heavy peers' own installation in bench/peers/node_modules: the only file that knows where it is and how it is made.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { packageFile } from '../budgets.ts';

const FOLDER = fileURLToPath(packageFile('bench/peers/'));

/** Versions by package, as bench/peers/package.json pins them. */
export function peerVersions(): Readonly<Record<string, string>> {
  const { dependencies } = JSON.parse(readFileSync(`${FOLDER}package.json`, 'utf8')) as {
    dependencies: Record<string, string>;
  };
  return dependencies;
}

/** True when every package is there in its pinned version. */
export function peersInstalled(): boolean {
  return Object.entries(peerVersions()).every(([name, version]) => {
    const file = `${FOLDER}node_modules/${name}/package.json`;
    return existsSync(file) && (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version === version;
  });
}

/** Installs them from the lock file. Their install scripts are not run: the bench needs none. */
export function installPeers(): void {
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  execFileSync(npm, ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: FOLDER, stdio: ['ignore', 2, 2] });
}

/** The namespace of an installed package's module. Throws when it is not installed. */
export async function loadPeer<T>(name: string): Promise<T> {
  const { load } = (await import(packageFile('bench/peers/load.mjs').href)) as {
    load: (name: string) => Promise<T>;
  };
  return load(name);
}

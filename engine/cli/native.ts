// Looks at the native packages as they lie in node_modules: which binary this Node would load, its SHA-256, and
// whether it loads. Each is tried in a process of its own, so a broken binary cannot end ours.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import type { NativePackageReport } from '../observe/report-schema.ts';

const LOAD_MS_MAX = 10_000;

interface NativePackage {
  readonly name: string;
  /** Folder of the package's binary for this platform, from the package's own folder. */
  binaryDir(root: string): string;
  /** True for the file this platform and Node ABI load. */
  isBinary(file: string): boolean;
  readonly degraded: string;
}

const { platform, arch } = process;
const abi = process.versions.modules;

const PACKAGES: readonly NativePackage[] = [
  {
    name: 'uWebSockets.js',
    binaryDir: (root) => root,
    isBinary: (file) => file === `uws_${platform}_${arch}_${abi}.node`,
    degraded: 'feed server and simulated venue run on ws: about a tenth of the messages per core',
  },
  {
    name: 'secp256k1',
    binaryDir: (root) => {
      const compiled = join(root, 'build/Release');
      return existsSync(compiled) ? compiled : join(root, `prebuilds/${platform}-${arch}`);
    },
    isBinary: (file) => file === 'secp256k1.node' || file === `secp256k1.${cLibrary()}.node`,
    degraded: 'orders are signed by @noble/curves: seven times as long each',
  },
  {
    name: 'simdjson',
    binaryDir: (root) => join(root, 'build/Release'),
    isBinary: (file) => file === 'simdjson.node',
    degraded: 'REST answers and control frames are read by JSON.parse; the decoder has one oracle less',
  },
  {
    name: '@napi-rs/blake-hash',
    binaryDir: (root) => napiFolder(root) ?? root,
    isBinary: (file) => file.endsWith('.node'),
    degraded: 'no digests: nothing runs without it',
  },
];

/** The C library of this Linux; elsewhere binaries have no word for it. */
function cLibrary(): string {
  const { header } = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return header?.glibcVersionRuntime === undefined ? 'musl' : 'glibc';
}

/** @napi-rs packages keep their binary in a sibling package named for the platform. */
function napiFolder(root: string): string | undefined {
  const parent = dirname(root);
  const prefix = `${basename(root)}-${platform}-${arch}`;
  const folder = readdirSync(parent).find((entry) => entry === prefix || entry.startsWith(`${prefix}-`));
  return folder === undefined ? undefined : join(parent, folder);
}

function packageFolder(name: string): string | undefined {
  const paths = createRequire(import.meta.url).resolve.paths(name) ?? [];
  const found = paths.map((path) => join(path, name)).find((path) => existsSync(join(path, 'package.json')));
  return found === undefined ? undefined : realpathSync(found);
}

/** Loads the binary in a process of its own; answers why it does not load, '' when it does. */
function loadFault(binary: string): string {
  const script =
    'try { require(process.argv[1]); } catch (error) { console.log(error.message); process.exit(1); } process.exit(0)';
  try {
    execFileSync(process.execPath, ['-e', script, binary], {
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: LOAD_MS_MAX,
    });
    return '';
  } catch (error) {
    const said = String((error as { stdout?: unknown }).stdout ?? '').split('\n')[0]!;
    const library = /version `([^']+)' not found/.exec(said)?.[1];
    if (library !== undefined) return `this system has no ${library}`;
    return said === '' ? 'it ends the process that loads it' : said.replaceAll(binary, basename(binary));
  }
}

function inspect(native: NativePackage): NativePackageReport {
  const { name, degraded } = native;
  const root = packageFolder(name);
  if (root === undefined) return { name, version: '', binary: '', sha256: '', loads: false, degraded };
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const folder = native.binaryDir(root);
  const file = existsSync(folder) ? readdirSync(folder).find((entry) => native.isBinary(entry)) : undefined;
  if (file === undefined) return { name, version, binary: '', sha256: '', loads: false, degraded };
  const path = join(folder, file);
  const sha256 = createHash('sha256').update(readFileSync(path)).digest('hex');
  const fault = loadFault(path);
  const loads = fault === '';
  return { name, version, binary: file, sha256, loads, degraded: loads ? '' : `${fault}; ${degraded}` };
}

/** Every native package, in a fixed order. */
export function nativePackages(): NativePackageReport[] {
  return PACKAGES.map(inspect);
}

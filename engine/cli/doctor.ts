// `dutchbook doctor`: what this machine has and what would be worse than it could be.
import { existsSync, readFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { LAYOUT_VERSION } from '../../wasm/layout.ts';
import { loadFeedSecrets } from '../config/kalshi-feed.ts';
import { type LoadedConfig, loadConfig } from '../config/load.ts';
import { arenaPlan, detectorsFor, topologyFor } from '../config/plan.ts';
import { ConfigError } from '../config/problems.ts';
import { coresAvailable } from '../core/cores.ts';
import { EXIT } from '../core/exit-codes.ts';
import { arenaBytes } from '../memory/arena.ts';
import type { TransportName } from '../observe/facts.ts';
import { type DoctorReport, type NativePackageReport, REPORT_SCHEMA } from '../observe/report-schema.ts';
import { bytesText } from '../observe/text.ts';
import { chooseCurve, processCurve } from '../venue/polymarket/curve.ts';
import { type Context, packageRoot, writeJson } from './context.ts';
import { nativePackages } from './native.ts';

export interface DoctorOptions {
  readonly config?: string;
  readonly json?: boolean;
}

/** Node 20 got its last security fix in April 2026. */
const NODE_END_OF_LIFE_MAJOR = 20;

/** LAYOUT_VERSION of build/engine.wasm, or null when it is not there. */
function wasmLayoutVersion(): number | null {
  const file = join(packageRoot(), 'build/engine.wasm');
  if (!existsSync(file)) return null;
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 65_536, shared: true });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(file)), { env: { memory } });
  return Number((exports['LAYOUT_VERSION'] as WebAssembly.Global).value);
}

function configOf(context: Context, file: string | undefined): LoadedConfig | readonly string[] {
  try {
    const loaded = loadConfig({ file, environment: context.environment });
    loadFeedSecrets(loaded.config, context.environment);
    return loaded;
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

function sized(loaded: LoadedConfig, detectors: number): number | string {
  try {
    return arenaBytes(arenaPlan(loaded.config, detectors));
  } catch (error) {
    if (error instanceof RangeError) return error.message;
    throw error;
  }
}

function degradedBy(natives: readonly NativePackageReport[], endOfLife: boolean, cores: number): string[] {
  const sentences = natives
    .filter(({ name, loads }) => !loads && name !== '@napi-rs/blake-hash')
    .map(({ name, binary, degraded }) => `${name}: ${binary === '' ? 'not there' : 'does not load'}: ${degraded}`);
  if (endOfLife) sentences.push(`Node ${process.versions.node}: its line gets no more security fixes; use 24`);
  if (cores < 3) sentences.push(`${cores} cores: ingest, detector and executor share them; latencies are longer`);
  if (process.platform !== 'linux') sentences.push(`${process.platform}: no thread ids and CPU times per thread`);
  return sentences;
}

function examine(context: Context, file: string | undefined): DoctorReport {
  const natives = nativePackages();
  const loaded = configOf(context, file);
  const valid = 'config' in loaded ? loaded : undefined;
  const cores = coresAvailable();
  const detectors = valid === undefined ? 1 : detectorsFor(valid.config, cores);
  const size = valid === undefined ? undefined : sized(valid, detectors);
  const configProblems = valid === undefined ? [...(loaded as readonly string[])] : [];
  if (typeof size === 'string') configProblems.push(size);
  const wasmVersion = wasmLayoutVersion();
  const hasUws = natives.some(({ name, loads }) => name === 'uWebSockets.js' && loads);
  const transport: TransportName = valid?.config.ingest.transport === 'ws' || !hasUws ? 'ws' : 'uws';
  const endOfLife = Number(process.versions.node.split('.')[0]) <= NODE_END_OF_LIFE_MAJOR;
  // A binary that ends the process which loads it must not end this one.
  const hasNativeCurve = natives.some(({ name, loads }) => name === 'secp256k1' && loads);
  const { curve, why } = hasNativeCurve ? processCurve() : chooseCurve(() => noNativeCurve());
  const broken = natives
    .filter(({ name, loads }) => name === '@napi-rs/blake-hash' && !loads)
    .map(({ name, degraded }) => `${name}: ${degraded}`);
  if (wasmVersion === null) broken.push('build/engine.wasm: not there; run npm run build');
  else if (wasmVersion !== LAYOUT_VERSION) broken.push('build/engine.wasm: of another layout; run npm run build');
  if (!existsSync(join(packageRoot(), 'build/keccak.wasm')))
    broken.push('build/keccak.wasm: not there; run npm run build');
  if (valid?.config.ingest.transport === 'uws' && !hasUws)
    broken.push('ingest.transport uws: uWebSockets.js is missing');
  return {
    schema: REPORT_SCHEMA,
    command: 'doctor',
    version: context.version,
    node: process.versions.node,
    nodeAbi: process.versions.modules,
    nodeEndOfLife: endOfLife,
    platform: process.platform,
    arch: process.arch,
    cores,
    memoryBytes: totalmem(),
    nativePackages: natives,
    wasmLayoutVersion: wasmVersion,
    sourceLayoutVersion: LAYOUT_VERSION,
    transport,
    topology: valid === undefined ? 'inline' : topologyFor(valid.config, cores),
    detectors,
    curve: curve.name,
    arenaBytes: typeof size === 'number' ? size : null,
    configHash: valid?.configHash ?? null,
    configProblems,
    degraded: [...degradedBy(natives, endOfLife, cores), ...(hasNativeCurve && why !== '' ? [why] : [])],
    broken: [...broken, ...configProblems],
  };
}

function noNativeCurve(): never {
  throw new Error('not there');
}

function nativeLine({ name, version, binary, sha256, loads }: NativePackageReport): string {
  if (binary === '') return `  ${name.padEnd(20)} ${version || 'not installed'}: no binary for this platform and Node`;
  return `  ${name.padEnd(20)} ${version}: ${binary} ${loads ? 'loads' : 'DOES NOT LOAD'}\n    sha256 ${sha256}`;
}

function lines(report: DoctorReport): string[] {
  const wasm = report.wasmLayoutVersion === null ? 'not built' : `layout ${report.wasmLayoutVersion}`;
  return [
    `dutchbook ${report.version} on Node ${report.node} (ABI ${report.nodeAbi}), ${report.platform}-${report.arch}`,
    `  ${report.cores} cores, ${bytesText(report.memoryBytes)} memory`,
    'native packages',
    ...report.nativePackages.map(nativeLine),
    'would run with',
    `  topology ${report.topology}, detectors ${report.detectors}, transport ${report.transport}, signatures by ${report.curve}`,
    `  wasm ${wasm} (sources ${report.sourceLayoutVersion}), arena ${bytesText(report.arenaBytes ?? 0)}`,
    `  config ${report.configHash ?? 'not valid'}`,
    `degraded: ${report.degraded.length === 0 ? 'nothing' : ''}`,
    ...report.degraded.map((sentence) => `  ${sentence}`),
    `broken: ${report.broken.length === 0 ? 'nothing' : ''}`,
    ...report.broken.map((sentence) => `  ${sentence}`),
  ];
}

/** Runs the command; 0 when it could run, degraded or not, else 1. */
export function doctorCommand(context: Context, options: DoctorOptions): number {
  const report = examine(context, options.config);
  if (options.json === true) writeJson(context.out, report);
  else context.out.write(`${lines(report).join('\n')}\n`);
  return report.broken.length === 0 ? EXIT.ok : EXIT.checkFailed;
}

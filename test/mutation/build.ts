// Builds the module that holds every mutant: writes the mutated copy of the sources, compiles it, and drops the mutants
// the compiler refuses, until it refuses none.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Mutant } from './mutant.ts';
import type { Project } from './project.ts';
import {
  COVERAGE_SOURCE,
  mutatedFile,
  type Numbered,
  SENTINEL,
  type Span,
  SWITCH_FILE,
  SWITCH_SOURCE,
} from './schema.ts';

/** Compilations after which a copy that still does not compile is an error of the mutator. */
const TRIES_MAX = 8;
const ASC = join(dirname(createRequire(import.meta.url).resolve('assemblyscript/package.json')), 'bin/asc.js');

const SETTINGS = 'asconfig.json';

interface Settings {
  readonly targets: { readonly release: Record<string, unknown> };
}

export interface Built {
  /** The mutants of the module; a mutant's number is its place here plus one. */
  readonly mutants: readonly Numbered[];
  /** Those the compiler refused: no programs, so no mutants. */
  readonly refused: readonly Mutant[];
  /** The module with all of them, none alive. */
  readonly module: Buffer;
  /** The module that keeps all dead and notes which are reached. */
  readonly coverage: Buffer;
}

/** Builds a module of the first `wanted` mutants of `candidates` that compile, in `directory`. */
export function build(project: Project, candidates: readonly Mutant[], wanted: number, directory: string): Built {
  const refused: Mutant[] = [];
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const chosen = candidates.filter((mutant) => !refused.includes(mutant)).slice(0, wanted);
    const numbered = chosen.map((mutant, place) => ({ id: place + 1, mutant }));
    const spans = writeCopy(project, numbered, directory);
    const errors = compile(project, directory, SWITCH_SOURCE, 'mutants.wasm');
    if (errors === undefined) {
      const fault = compile(project, directory, COVERAGE_SOURCE, 'coverage.wasm');
      if (fault !== undefined) throw new Error(`the coverage module does not compile:\n${fault}`);
      const [module, coverage] = ['mutants.wasm', 'coverage.wasm'].map((name) => readFileSync(join(directory, name)));
      return { mutants: numbered, refused, module: module!, coverage: coverage! };
    }
    const guilty = idsOf(errors, spans, directory);
    if (guilty.size === 0) throw new Error(`the mutated copy does not compile, and no mutant is to blame:\n${errors}`);
    for (const { id, mutant } of numbered) if (guilty.has(id)) refused.push(mutant);
  }
  throw new Error(`the mutated copy does not compile after ${TRIES_MAX} tries`);
}

function writeCopy(project: Project, numbered: readonly Numbered[], directory: string): Map<string, Span[]> {
  rmSync(join(directory, project.sources), { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  cpSync(join(project.root, project.sources), join(directory, project.sources), { recursive: true });
  writeSettings(project, directory);
  const spans = new Map<string, Span[]>();
  for (const file of project.files) {
    const path = join(directory, project.sources, file);
    const written = mutatedFile(file, readFileSync(path, 'utf8'), numbered);
    writeFileSync(path, written.text);
    spans.set(file, written.spans);
  }
  // The switch must be an export, or the compiler takes it for a constant.
  const entry = join(directory, project.sources, project.entry);
  const text = readFileSync(entry, 'utf8');
  writeFileSync(entry, `${text}\nexport { mutantAlive } from './${SWITCH_FILE.slice(0, -3)}';\n`);
  return spans;
}

/** The product's own compiler settings, less the repetition of passes until nothing more is gained. */
function writeSettings(project: Project, directory: string): void {
  const settings = JSON.parse(readFileSync(join(project.root, project.settings), 'utf8')) as Settings;
  settings.targets.release['converge'] = false;
  writeFileSync(join(directory, SETTINGS), JSON.stringify(settings));
}

/** Compiles the copy; answers what the compiler complains of, or undefined. */
function compile(project: Project, directory: string, switchSource: string, out: string): string | undefined {
  writeFileSync(join(directory, project.sources, SWITCH_FILE), switchSource);
  const flags = ['--config', SETTINGS, '--target', 'release', '--outFile', out];
  try {
    const entry = join(project.sources, project.entry);
    execFileSync(process.execPath, [ASC, entry, ...flags], { cwd: directory, encoding: 'utf8', stdio: 'pipe' });
    return undefined;
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    return `${stdout ?? ''}${stderr ?? ''}`;
  }
}

/** Numbers of the mutants in whose text the compiler's errors lie: `in wasm/file.ts(line,column)`. */
function idsOf(errors: string, spans: ReadonlyMap<string, Span[]>, directory: string): Set<number> {
  const ids = new Set<number>();
  for (const [, path, line, column] of errors.matchAll(/in (\S+\.ts)\((\d+),(\d+)\)/g)) {
    const file = path!.split('/').at(-1)!;
    const text = readFileSync(join(directory, path!), 'utf8');
    const lines = text.split('\n').slice(0, Number(line) - 1);
    const at = lines.reduce((sum, one) => sum + one.length + 1, 0) + Number(column) - 1;
    const holding = (spans.get(file) ?? []).filter(({ from, to }) => from <= at && at < to);
    const smallest = holding.sort((a, b) => a.to - a.from - (b.to - b.from))[0];
    if (smallest !== undefined) ids.add(smallest.id);
  }
  return ids;
}

/** The module with mutant `id` alive; 0 = none. */
export function withAlive(module: Buffer, id: number): Buffer {
  const sentinel = leb128(SENTINEL);
  const at = module.indexOf(sentinel);
  if (at < 0 || module.indexOf(sentinel, at + 1) >= 0) throw new Error('the switch is not found once in the module');
  const patched = Buffer.from(module);
  padded(id).copy(patched, at);
  return patched;
}

/** Signed LEB128 of a 32-bit number that needs 5 bytes. */
function leb128(value: number): Buffer {
  return padded(value);
}

/** Signed LEB128 in exactly 5 bytes. */
function padded(value: number): Buffer {
  const bytes = Buffer.alloc(5);
  for (let place = 0; place < 5; place += 1) {
    bytes[place] = ((value >> (7 * place)) & 0x7f) | (place < 4 ? 0x80 : 0);
  }
  return bytes;
}

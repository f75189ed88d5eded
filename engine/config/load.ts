// Loads the config: dutchbook.yaml (or the embedded defaults), the environment over it, checked against the schema
// with every problem at once. Runs once, before anything else is started.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { type Document, isMap, isPair, isScalar, LineCounter, parseDocument } from 'yaml';
import { schemaAt } from './allowed.ts';
import { applyOverrides, type Override, overridesFrom } from './environment.ts';
import { configHash } from './hash.ts';
import { ConfigError, type KeyPath, problemLines } from './problems.ts';
import { type Config, configJsonSchema, configSchema, type SchemaNode } from './schema.ts';

export const CONFIG_FILE = 'dutchbook.yaml';

/** The effective config and where it came from. */
export interface LoadedConfig {
  readonly config: Config;
  /** BLAKE3 of the effective config, 64 hex digits. */
  readonly configHash: string;
  /** File it was read from; undefined: embedded defaults. */
  readonly file: string | undefined;
  /** Variables that overrode a key. */
  readonly variables: readonly string[];
}

export interface LoadOptions {
  /** `--config`; it must exist then. Else dutchbook.yaml of the working folder, if there is one. */
  readonly file?: string | undefined;
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
}

/** Where the config of a run came from. */
export interface ConfigSource {
  readonly file: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** As it was loaded, without the command line's words. */
  readonly config: Config;
  /** fileStamp() of that moment. */
  readonly stamp: string;
}

/** Changes whenever the file is written or replaced; the same word for every file that is not there. */
export function fileStamp(file: string): string {
  const found = statSync(file, { throwIfNoEntry: false });
  return found === undefined ? 'none' : `${found.mtimeMs} ${found.size} ${found.ino}`;
}

/** Loads and checks. Throws ConfigError with every problem. */
export function loadConfig(options: LoadOptions = {}): LoadedConfig {
  const file = options.file ?? (existsSync(CONFIG_FILE) ? CONFIG_FILE : undefined);
  if (file !== undefined && !existsSync(file)) throw new ConfigError([`${file}: no such file`]);
  const text = file === undefined ? '' : readFileSync(file, 'utf8');
  return parseConfig(text, file, options.environment ?? process.env);
}

/** The same from text; `file` names it in errors. */
export function parseConfig(
  text: string,
  file: string | undefined,
  environment: Readonly<Record<string, string | undefined>> = {},
): LoadedConfig {
  const lines = new LineCounter();
  const name = file ?? 'defaults';
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const place = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${name}:${line}:${col}`;
  };
  const syntax = document.errors.map((error) => `${place(error.pos[0])} not YAML: ${error.message}`);
  if (syntax.length > 0) throw new ConfigError(syntax);
  const schema = configJsonSchema();
  const { overrides, problems } = overridesFrom(environment, schema);
  const value = withoutEmptySections(plainValue(document, name), schema);
  if (isSection(value)) applyOverrides(value, overrides);
  const parsed = configSchema.safeParse(value);
  const where = (path: KeyPath): string => overrideOf(overrides, path)?.variable ?? place(offsetOf(document, path));
  if (!parsed.success) problems.push(...problemLines(parsed.error.issues, value, schema, where));
  if (problems.length > 0 || !parsed.success) throw new ConfigError(problems);
  const config = deepFreeze(parsed.data);
  return { config, configHash: configHash(config), file, variables: overrides.map(({ variable }) => variable) };
}

/** The document as plain values; an alias without its anchor shows only here. */
function plainValue(document: Document, name: string): unknown {
  try {
    return document.toJS() ?? {};
  } catch (error) {
    throw new ConfigError([`${name}:1:1 not YAML: ${error instanceof Error ? error.message : String(error)}`]);
  }
}

function isSection(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A section whose keys are all commented out reads as null in YAML; it means its defaults. */
function withoutEmptySections(value: unknown, node: SchemaNode | undefined): unknown {
  if (!isSection(value)) return value;
  const kept: Record<string, unknown> = {};
  for (const [key, child] of Object.entries(value)) {
    const childNode = node === undefined ? undefined : schemaAt(node, [key]);
    const empty = child === null && (childNode?.properties !== undefined || childNode?.type === 'array');
    if (!empty) kept[key] = withoutEmptySections(child, childNode);
  }
  return kept;
}

function overrideOf(overrides: readonly Override[], path: KeyPath): Override | undefined {
  return overrides.find((override) => override.path.every((key, depth) => path[depth] === key));
}

/** Offset of the value at `path`, or of the nearest key above it that is in the file. */
function offsetOf(document: Document, path: KeyPath): number {
  for (let depth = path.length; depth > 0; depth -= 1) {
    const parent = depth === 1 ? document.contents : document.getIn(path.slice(0, depth - 1), true);
    const key = path[depth - 1];
    if (isMap(parent)) {
      const pair = parent.items.find((item) => isPair(item) && isScalar(item.key) && item.key.value === key);
      if (isScalar(pair?.key)) return pair.key.range?.[0] ?? 0;
    }
    const node = document.getIn(path.slice(0, depth), true) as { range?: readonly number[] } | undefined;
    if (node?.range?.[0] !== undefined) return node.range[0];
  }
  return 0;
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const child of Object.values(value)) deepFreeze(child);
    Object.freeze(value);
  }
  return value;
}

// The house rules that a machine can read, as functions from source text to offences; tidy.test.ts runs them over the
// repository and over planted offences.
import ts from 'typescript';

/** Folders by layer; the longest prefix counts. Imports point to the same layer or down. */
const LAYERS: readonly (readonly [string, number])[] = [
  ['wasm/', 0],
  ['engine/core/', 0],
  ['engine/memory/', 1],
  ['engine/venue/', 2],
  ['engine/breaker/', 2],
  ['engine/book/', 2],
  ['engine/integrity/', 2],
  ['engine/basket/', 2],
  ['engine/config/', 2],
  ['engine/detect/', 3],
  ['engine/ingest/', 3],
  // The doors of the socket libraries know nothing of frames: venues dial and serve through them.
  ['engine/ingest/care', 1],
  ['engine/ingest/dial', 1],
  ['engine/ingest/server', 1],
  ['engine/ingest/transport', 1],
  ['engine/ingest/ws-', 1],
  ['engine/signal/', 3],
  ['engine/signer/', 3],
  ['engine/execute/', 3],
  ['engine/ledger/', 3],
  ['engine/venue/sim/', 4],
  ['engine/venue/sim/process.ts', 5],
  ['engine/threads', 5],
  ['engine/replay/', 5],
  ['engine/observe/', 5],
  ['engine/cli/', 6],
  ['engine/pipeline', 5],
  ['engine/run/', 6],
  ['engine/run/ledger-check', 4],
  ['engine/main.ts', 7],
  ['bench/', 8],
  ['test/', 8],
];

/** The one door of each package; a folder ends in a slash. */
const DOORS: Readonly<Record<string, readonly string[]>> = {
  'uWebSockets.js': ['engine/ingest/server.ts'],
  ws: ['engine/ingest/ws-lib.ts'],
  simdjson: ['engine/venue/json.ts'],
  '@napi-rs/blake-hash': ['engine/core/digest.ts'],
  piscina: ['engine/threads.ts'],
  undici: ['engine/venue/http.ts'],
  highs: ['engine/basket/lp.ts'],
  tinybench: ['bench/harness.ts'],
  'ringbuf.js': ['bench/ringbuf.ts'],
  commander: ['engine/main.ts', 'engine/cli/words.ts'],
  yaml: ['engine/config/'],
  zod: ['engine/config/', 'engine/replay/manifest.ts'],
  '@noble/curves': ['engine/venue/polymarket/', 'engine/venue/sim/signed-order.ts'],
  '@noble/hashes': ['engine/venue/polymarket/', 'engine/venue/sim/signed-order.ts'],
  'node:worker_threads': ['engine/threads.ts', 'engine/threads/'],
};

// Put together, so that this line is not an offence itself.
const UNFINISHED = new RegExp(
  ['TO' + 'DO', 'FIX' + 'ME', 'biome-' + 'ignore'].map((word) => `\\b${word}\\b`).join('|'),
);
const LINES_MAX = 300;
/** Tests and their oracles are lists of cases. */
const TEST_LINES_MAX = 650;
/** Files that are one table. */
const TABLES = new Set(['wasm/layout.ts']);
const FUNCTION_LINES_MAX = 50;

/** Layer of a file, or undefined for a folder that has none yet. */
export function layerOf(file: string): number | undefined {
  const found = LAYERS.filter(([prefix]) => file.startsWith(prefix)).sort(([a], [b]) => b.length - a.length)[0];
  return found?.[1];
}

function parse(file: string, text: string): ts.SourceFile {
  return ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
}

function lineOf(source: ts.SourceFile, node: ts.Node): number {
  return source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1;
}

function resolved(file: string, specifier: string): string {
  const parts = file.split('/').slice(0, -1);
  for (const part of specifier.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.') parts.push(part);
  }
  return parts.join('/');
}

/** Every module a file names: imports, re-exports, import(). */
function specifiersOf(source: ts.SourceFile): { specifier: string; line: number }[] {
  const found: { specifier: string; line: number }[] = [];
  const visit = (node: ts.Node): void => {
    const named = ts.isImportDeclaration(node) || ts.isExportDeclaration(node) ? node.moduleSpecifier : undefined;
    const called =
      ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword ? node.arguments[0] : undefined;
    const target = named ?? called;
    if (target !== undefined && ts.isStringLiteral(target)) {
      found.push({ specifier: target.text, line: lineOf(source, node) });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** Imports that point up, and packages that come in by another door than their own. */
export function importOffences(file: string, text: string): string[] {
  const offences: string[] = [];
  const layer = layerOf(file);
  if (layer === undefined) offences.push(`${file}: its folder has no layer`);
  for (const { specifier, line } of specifiersOf(parse(file, text))) {
    if (specifier.startsWith('.')) {
      const target = resolved(file, specifier);
      const below = layerOf(target);
      if (layer !== undefined && below !== undefined && below > layer)
        offences.push(`${file}:${line}: imports ${target}, which lies above it`);
      if (file.startsWith('wasm/') && !target.startsWith('wasm/'))
        offences.push(`${file}:${line}: wasm/ imports wasm/ only`);
      continue;
    }
    const name = specifier.startsWith('@') ? specifier.split('/').slice(0, 2).join('/') : specifier.split('/')[0]!;
    const doors = DOORS[name];
    const product = file.startsWith('engine/') || file.startsWith('bench/');
    if (!product) continue;
    if (doors === undefined && !name.startsWith('node:')) offences.push(`${file}:${line}: ${name} has no door`);
    const isDoor = doors?.some((door) => (door.endsWith('/') ? file.startsWith(door) : file === door));
    const benchMayUse = file.startsWith('bench/') && name === 'node:worker_threads';
    if (doors !== undefined && !isDoor && !benchMayUse)
      offences.push(`${file}:${line}: ${name} belongs in ${doors.join(', ')}`);
  }
  return offences;
}

function functionName(node: ts.FunctionLikeDeclaration): string {
  return node.name === undefined ? '' : node.name.getText();
}

function isFunction(node: ts.Node): node is ts.FunctionLikeDeclaration {
  return (
    ts.isFunctionDeclaration(node) ||
    ts.isMethodDeclaration(node) ||
    ts.isGetAccessorDeclaration(node) ||
    ts.isFunctionExpression(node) ||
    ts.isArrowFunction(node) ||
    ts.isConstructorDeclaration(node)
  );
}

/** Size limits of files and functions, the opening comment, unfinished work, machine paths. */
export function shapeOffences(file: string, text: string): string[] {
  const offences: string[] = [];
  const lines = text.split('\n');
  const linesMax = file.startsWith('test/') ? TEST_LINES_MAX : LINES_MAX;
  if (lines.length - 1 > linesMax && !TABLES.has(file)) offences.push(`${file}: ${lines.length - 1} lines`);
  if (!/^(#!.*\n)?(\/\/|\/\*)/.test(text)) offences.push(`${file}: does not open with a comment that says its job`);
  for (const [index, line] of lines.entries()) {
    if (UNFINISHED.test(line)) offences.push(`${file}:${index + 1}: unfinished`);
    if (/(?:^|["'`\s(=])\/(?:home|Users|root|work)\//.test(line)) offences.push(`${file}:${index + 1}: machine path`);
  }
  const source = parse(file, text);
  const visit = (node: ts.Node): void => {
    if (isFunction(node) && node.body !== undefined) {
      const { line: first } = source.getLineAndCharacterOfPosition(node.getStart(source));
      const { line: last } = source.getLineAndCharacterOfPosition(node.end);
      // A describe block is a list of tests, not a function to follow.
      const exempt = /\/\/ tidy-ok: \S/.test(lines[first - 1] ?? '') || file.startsWith('test/');
      if (last - first + 1 > FUNCTION_LINES_MAX && !exempt)
        offences.push(`${file}:${first + 1}: ${functionName(node) || 'function'} has ${last - first + 1} lines`);
    }
    const exported = ts.canHaveModifiers(node) ? ts.getModifiers(node) : undefined;
    if (exported?.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword) && !file.endsWith('.config.ts'))
      offences.push(`${file}:${lineOf(source, node)}: default export`);
    if (ts.isClassDeclaration(node) && node.heritageClauses?.some(isInheritance) === true)
      offences.push(`${file}:${lineOf(source, node)}: inheritance`);
    if (node.kind === ts.SyntaxKind.AnyKeyword) offences.push(`${file}:${lineOf(source, node)}: any`);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return offences;
}

/** `extends` of anything but an error class. */
function isInheritance(clause: ts.HeritageClause): boolean {
  const extends_ = clause.token === ts.SyntaxKind.ExtendsKeyword;
  return extends_ && !clause.types.every(({ expression }) => /Error$/.test(expression.getText()));
}

/** Time and chance outside their files. */
export function sourceOfTimeOffences(file: string, text: string): string[] {
  const offences: string[] = [];
  const source = parse(file, text);
  const visit = (node: ts.Node): void => {
    const words = ts.isPropertyAccessExpression(node) || ts.isNewExpression(node) ? node.getText(source) : '';
    if (/^(Date\.now|performance\.now|process\.hrtime|new Date\(\))/.test(words) && file !== 'engine/core/clock.ts')
      offences.push(`${file}:${lineOf(source, node)}: time comes from engine/core/clock.ts`);
    if (words === 'Math.random' && file !== 'engine/core/random.ts')
      offences.push(`${file}:${lineOf(source, node)}: chance comes from engine/core/random.ts`);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return [...new Set(offences)];
}

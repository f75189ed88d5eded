// The house rules over the whole repository, and each rule over a planted offence, so that none can rot unnoticed.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { hotPathOffences } from './helpers/hot-path.ts';
import { importOffences, shapeOffences, sourceOfTimeOffences } from './helpers/house-rules.ts';

function tracked(...patterns: string[]): string[] {
  // A source archive has no git; then there is nothing to list and the count below fails, which says so.
  const options = ['ls-files', '--cached', '--others', '--exclude-standard', '--', ...patterns];
  const files = execFileSync('git', options, { encoding: 'utf8' }).split('\n');
  return files.filter((file) => file !== '' && existsSync(file) && !file.includes('/fixtures/'));
}

const sources = tracked('engine/*.ts', 'wasm/*.ts', 'bench/*.ts', 'test/*.ts').filter(
  (file) => !file.endsWith('.d.ts'),
);
const product = sources.filter((file) => /^(engine|wasm)\//.test(file));

function offencesOf(files: readonly string[], rule: (file: string, text: string) => string[]): string[] {
  return files.flatMap((file) => rule(file, readFileSync(file, 'utf8')));
}

test('imports point down, and every package comes in by its one door', () => {
  expect(product.length).toBeGreaterThan(60);
  expect(offencesOf(sources, importOffences)).toEqual([]);
});

test('files and functions keep their size, open with their job, and hold nothing unfinished', () => {
  expect(offencesOf(sources, shapeOffences)).toEqual([]);
});

test('product code takes time and chance from their one file', () => {
  expect(offencesOf(product, sourceOfTimeOffences)).toEqual([]);
});

test('files marked HOT PATH allocate in their constructors only', () => {
  const hot = product.filter((file) => readFileSync(file, 'utf8').includes('HOT PATH'));
  expect(hot.length).toBeGreaterThan(8);
  expect(offencesOf(product, hotPathOffences)).toEqual([]);
});

test('documents and settings name no machine path', () => {
  const files = tracked('*.md', '*.json', '*.yaml', '*.js', '.ci/*').filter((file) => !/lock|recordings/.test(file));
  const found = files.filter((file) => /(?:^|["'`\s(=])\/(?:home|Users|root|work)\//m.test(readFileSync(file, 'utf8')));
  expect(found).toEqual([]);
});

interface PackageFile {
  readonly scripts: Record<string, string>;
  readonly dependencies: Record<string, string>;
  readonly optionalDependencies: Record<string, string>;
  readonly devDependencies: Record<string, string>;
  readonly allowScripts: Record<string, boolean>;
}

interface LockFile {
  readonly packages: Record<
    string,
    { version?: string; hasInstallScript?: boolean; integrity?: string; link?: boolean }
  >;
}

const packageFile = JSON.parse(readFileSync('package.json', 'utf8')) as PackageFile;
const lockFile = JSON.parse(readFileSync('package-lock.json', 'utf8')) as LockFile;

test('every dependency is pinned to one version, and package.json has ten scripts at most', () => {
  const { dependencies, optionalDependencies, devDependencies } = packageFile;
  for (const [name, version] of Object.entries({ ...dependencies, ...optionalDependencies, ...devDependencies })) {
    expect(version, name).toMatch(/^(npm:[\w.-]+@)?\d+\.\d+\.\d+$/);
  }
  expect(Object.keys(packageFile.scripts).length).toBeLessThanOrEqual(10);
});

test('only allow-listed packages have install scripts, and every package has an integrity hash', () => {
  const packages = Object.entries(lockFile.packages).filter(([path]) => path !== '');
  expect(packages.length).toBeGreaterThan(50);
  const withScripts = packages
    .filter(([, { hasInstallScript }]) => hasInstallScript === true)
    .map(([path, { version }]) => `${path.replace(/^.*node_modules\//, '')}@${version}`);
  const allowed = Object.entries(packageFile.allowScripts)
    .filter(([, allow]) => allow)
    .map(([name]) => name);
  expect(withScripts.filter((name) => !allowed.includes(name) && !isDevelopmentOnly(name))).toEqual([]);
  for (const [path, entry] of packages) expect(entry.integrity, path).toMatch(/^sha512-/);
});

/** Watchers of the test runner carry a build script that npm does not run here: nothing allow-lists it. */
function isDevelopmentOnly(name: string): boolean {
  return name.startsWith('fsevents@');
}

test('each rule finds its planted offence', () => {
  const head = '// A file.\n';
  const planted: readonly (readonly [readonly string[], string])[] = [
    [importOffences('engine/core/a.ts', `${head}import '../memory/ring.ts';`), 'above it'],
    [importOffences('engine/venue/a.ts', `${head}export * from '../execute/execute.ts';`), 'above it'],
    [importOffences('engine/venue/a.ts', `${head}await import('undici');`), 'belongs in'],
    [importOffences('engine/venue/a.ts', `${head}import 'left-pad';`), 'no door'],
    [importOffences('wasm/a.ts', `${head}import '../engine/core/units';`), 'wasm/ only'],
    [shapeOffences('engine/a.ts', 'const a = 1;'), 'open with a comment'],
    [shapeOffences('engine/a.ts', `${head}// ${'TO'}DO later`), 'unfinished'],
    [shapeOffences('engine/a.ts', `${head}${'\n'.repeat(301)}`), '302 lines'],
    [shapeOffences('engine/a.ts', `${head}function f() {${'\n'.repeat(60)}}`), 'f has 61 lines'],
    [shapeOffences('engine/a.ts', `${head}export default function f() {}`), 'default export'],
    [shapeOffences('engine/a.ts', `${head}class A extends B {}`), 'inheritance'],
    [shapeOffences('engine/a.ts', `${head}let a: any;`), 'any'],
    [shapeOffences('engine/a.ts', `${head}const a = '${'/ho'}me/x';`), 'machine path'],
    [sourceOfTimeOffences('engine/a.ts', `${head}const t = Date.now();`), 'clock.ts'],
    [sourceOfTimeOffences('engine/a.ts', `${head}const r = Math.random();`), 'random.ts'],
  ];
  for (const [offences, text] of planted) expect(offences.join('\n')).toContain(text);
});

test('the hot-path rule finds each way to allocate, and lets constructors, throws and listed names be', () => {
  const head = '// HOT PATH: allocates only in the constructor.\n';
  const inMethod = (code: string): string[] => hotPathOffences('a.ts', `${head}class A { f(x: number[]) { ${code} } }`);
  for (const [code, what] of [
    ['return new Map();', 'new'],
    ['return () => 1;', 'closure'],
    ['return g(...x);', 'spread'],
    [`return \`\${x}\`;`, 'template string'],
    ['return { x };', 'object literal'],
    ['return [x];', 'array literal'],
    ['const [a] = x; return a;', 'array destructuring'],
    ['for (const a of x) g(a);', 'for…of'],
    ['return 1n;', 'BigInt'],
    ['return Date.now();', 'Date'],
    ['return x.map(g);', 'array method'],
  ] as const) {
    expect(inMethod(code).join(), code).toContain(`a.ts:2: ${what} in f`);
  }
  expect(inMethod(`if (x.length > 1) throw new Error(\`\${x}\`); return x[0];`)).toEqual([]);
  expect(inMethod('return [x]; // tidy-ok: startup only')).toEqual([]);
  expect(hotPathOffences('a.ts', `${head}class A { #m = new Map(); constructor() { this.#m = new Map(); } }`)).toEqual(
    [],
  );
  const listed =
    '// HOT PATH: record() allocates nothing.\nfunction record() { return []; }\nfunction read() { return []; }';
  expect(hotPathOffences('a.ts', listed)).toEqual(['a.ts:2: array literal in record']);
});

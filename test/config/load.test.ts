// The config: every problem at once with its place, overrides from the environment, defaults, the digest.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { schemaAt } from '../../engine/config/allowed.ts';
import { exampleYaml } from '../../engine/config/example.ts';
import { parseConfig } from '../../engine/config/load.ts';
import { ConfigError } from '../../engine/config/problems.ts';
import { configJsonSchema, type SchemaNode } from '../../engine/config/schema.ts';
import { MESSAGE_BYTES_MAX } from '../../engine/replay/segment.ts';

function problemsOf(text: string, environment: Record<string, string> = {}): readonly string[] {
  try {
    parseConfig(text, 'my.yaml', environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

test('an empty file gives the defaults, frozen, and the same digest as no file', () => {
  const { config, configHash } = parseConfig('', undefined);
  expect(config.mode).toBe('paper');
  expect(config.arena.levelRingSlots).toBe(65_536);
  expect(Object.isFrozen(config.ingest.feedServer)).toBe(true);
  expect(configHash).toMatch(/^[0-9a-f]{64}$/);
  expect(parseConfig('arena:\n', 'my.yaml').configHash).toBe(configHash);
});

test('every problem is named at once, with line, column, key, value and what is allowed', () => {
  const text = [
    'mode: alive',
    'detectors: 99',
    'arena:',
    '  markets: "7"',
    '  levelRingSlots: 5000',
    'simulate:',
    '  latencyMs: {min: 9, max: 1}',
    'ingest:',
    '  transprt: ws',
    'relations:',
    '  - kind: exactlyOne',
    '    markets: [polymarket:0x1]',
  ].join('\n');
  expect(problemsOf(text)).toEqual([
    'my.yaml:1:1 mode: value "alive", allowed paper | live',
    'my.yaml:2:1 detectors: value 99, allowed auto | an integer 1..16',
    'my.yaml:4:3 arena.markets: value "7", allowed an integer 1..65535',
    'my.yaml:5:3 arena.levelRingSlots: value 5000, allowed a power of two',
    'my.yaml:9:3 ingest.transprt: not a key of this version; did you mean transport?',
    'my.yaml:12:5 relations[0].markets: value ["polymarket:0x1"], allowed at least 2 items',
    'my.yaml:7:3 simulate.latencyMs: value {"min":9,"max":1}, allowed min not above max',
  ]);
});

test('a missing key of a list item is named at the item it is missing from', () => {
  expect(problemsOf('markets:\n  - id: kalshi:A\n    venue: kalshi\n')).toEqual([
    'my.yaml:2:5 markets[0].yesToken: missing, allowed text',
  ]);
});

test('text that is not YAML, and a key given twice, are problems with their line', () => {
  expect(problemsOf('arena: {markets: 1')[0]).toMatch(/^my\.yaml:1:\d+ not YAML: /);
  expect(problemsOf('mode: paper\nmode: paper\n')[0]).toMatch(/^my\.yaml:2:1 not YAML: .*unique/);
  expect(problemsOf('mode: *nothing')[0]).toMatch(/^my\.yaml:1:1 not YAML: Unresolved alias/);
  expect(problemsOf('just words')[0]).toMatch(/^my\.yaml:1:1 config: value "just words", allowed keys mode, /);
});

test('a secret in the file is refused without its value being shown', () => {
  const problems = problemsOf('venues:\n  polymarket:\n    apiSecret: canary-4711\n').join();
  expect(problems).toContain('my.yaml:3:5 venues.polymarket.apiSecret: not a key; secrets come from');
  expect(problems).not.toContain('canary-4711');
});

test('a URL that carries credentials or a query is refused without being shown', () => {
  const problems = problemsOf('venues: {polymarket: {marketUrl: "wss://u:canary-4711@x/ws"}}').join();
  expect(problems).toContain('venues.polymarket.marketUrl: value not shown');
  expect(problems).not.toContain('canary-4711');
});

test('the market channel of a venue outside stands alone, its other addresses only with it', () => {
  const [market, user, rest] = ['marketUrl: "wss://x/m"', 'userUrl: "wss://x/u"', 'restUrl: "https://x"'];
  const text = (...urls: (string | undefined)[]): string => `venues: {polymarket: {${urls.join(', ')}}}`;
  expect(parseConfig(text(market), 'my.yaml').config.venues.polymarket.marketUrl).toBe('wss://x/m');
  expect(parseConfig(text(market, user, rest), 'my.yaml').config.venues.polymarket.restUrl).toBe('https://x');
  expect(parseConfig(text(market, rest), 'my.yaml').config.venues.polymarket.restUrl).toBe('https://x');
  for (const some of [[user], [rest], [user, rest]]) {
    expect(problemsOf(text(...some)), some.join()).toEqual([
      expect.stringMatching(/^my\.yaml:1:10 venues\.polymarket: .*allowed userUrl and restUrl only with marketUrl$/),
    ]);
  }
});

test('every frame that the largest arena.scanBytes lets in can be recorded', () => {
  const { maximum } = schemaAt(configJsonSchema(), ['arena', 'scanBytes'])!;
  expect(maximum).toBeLessThanOrEqual(MESSAGE_BYTES_MAX);
});

test('variables override keys whatever the case of their words, and are listed', () => {
  const { config, variables } = parseConfig('breaker: {ordersPerSecond: 5}', 'my.yaml', {
    DUTCHBOOK__BREAKER__ORDERS_PER_SECOND: '7',
    DUTCHBOOK__simulate__latencyMs: '{min: 1, max: 2}',
    DUTCHBOOK__JOURNAL__DIR: '0123',
    PATH: 'x',
  });
  expect(config.breaker.ordersPerSecond).toBe(7);
  expect(config.simulate.latencyMs).toEqual({ min: 1, max: 2, tailMean: 0 });
  expect(config.journal.dir).toBe('0123');
  expect(variables).toEqual([
    'DUTCHBOOK__BREAKER__ORDERS_PER_SECOND',
    'DUTCHBOOK__JOURNAL__DIR',
    'DUTCHBOOK__simulate__latencyMs',
  ]);
});

test('a wrong override is named by its variable, beside the problems of the file', () => {
  expect(problemsOf('topology: both', { DUTCHBOOK__ARENA__MARKETS: '0', DUTCHBOOK__ARENA__MARKET: '9' })).toEqual([
    'DUTCHBOOK__ARENA__MARKET: MARKET is not a key of arena; did you mean markets?',
    'my.yaml:1:1 topology: value "both", allowed auto | threads | inline',
    'DUTCHBOOK__ARENA__MARKETS arena.markets: value 0, allowed an integer 1..65535',
  ]);
});

test('the digest follows every value and not the order or the way they are written', () => {
  const hash = (text: string): string => parseConfig(text, 'my.yaml').configHash;
  expect(hash('topology: inline\nmode: paper')).toBe(hash('mode: "paper"\ntopology: inline\narena: {markets: 1024}'));
  expect(hash('arena: {markets: 1025}')).not.toBe(hash(''));
});

interface Leaf {
  readonly path: readonly string[];
  readonly node: SchemaNode;
}

function integerLeaves(node: SchemaNode, path: readonly string[] = []): Leaf[] {
  return Object.entries(node.properties ?? {}).flatMap(([key, child]) => {
    const at = [...path, key];
    return child.type === 'integer' ? [{ path: at, node: child }] : integerLeaves(child, at);
  });
}

/** A file with a value for each of `leaves`. */
function withValues(leaves: readonly Leaf[], of: (node: SchemaNode) => number): string {
  const root: Record<string, unknown> = {};
  for (const { path, node } of leaves) {
    let at = root;
    for (const key of path.slice(0, -1)) {
      at[key] ??= {};
      at = at[key] as Record<string, unknown>;
    }
    at[path.at(-1)!] = of(node);
  }
  return JSON.stringify(root);
}

test('every integer key takes both ends of its range and refuses what lies one beyond', () => {
  const leaves = integerLeaves(configJsonSchema());
  expect(leaves.length).toBeGreaterThan(30);
  const yaml = (path: readonly string[], value: number): string =>
    path.reduceRight<string>((inner, key) => `{${key}: ${inner}}`, String(value));
  for (const { path, node } of leaves) {
    expect(problemsOf(yaml(path, node.minimum!)), path.join('.')).toEqual([]);
    expect(problemsOf(yaml(path, node.maximum!)), path.join('.')).toEqual([]);
  }
  // Every problem of a file is told at once, so one file holds what lies beyond of all keys.
  const beyonds: readonly ((node: SchemaNode) => number)[] = [
    ({ minimum }) => minimum! - 1,
    ({ maximum }) => maximum! + 1,
    ({ minimum }) => minimum! + 0.5,
  ];
  for (const beyond of beyonds) {
    const problems = problemsOf(withValues(leaves, beyond));
    for (const { path, node } of leaves) {
      const key = path.join('.');
      const own = problems.filter((problem) => problem.includes(` ${key}: value `));
      expect(own[0], key).toContain(`${node.minimum}..${node.maximum}`);
    }
  }
});

test('every key has a description', () => {
  const missing = (node: SchemaNode, path: string): string[] =>
    Object.entries(node.properties ?? {}).flatMap(([key, child]) => {
      const here = `${path}${key}`;
      const own = child.description === undefined && child.properties === undefined ? [here] : [];
      return [...own, ...missing(child, `${here}.`)];
    });
  expect(missing(configJsonSchema(), '')).toEqual([]);
});

test('any text is either a config or a list of problems, never another error', () => {
  const key = fc.constantFrom('mode', 'arena', 'markets', 'venues', 'simulate', 'detectors', '__proto__', 'x');
  const value = fc.oneof(fc.jsonValue(), fc.string());
  const text = fc.oneof(
    fc.string(),
    fc.tuple(key, value).map(([name, inner]) => `${name}: ${JSON.stringify(inner)}`),
    fc.tuple(key, key, value).map(([outer, name, inner]) => `${outer}: {${name}: ${JSON.stringify(inner)}}`),
  );
  fc.assert(
    fc.property(text, (yaml) => {
      for (const problem of problemsOf(yaml)) expect(problem.length).toBeGreaterThan(0);
    }),
    { numRuns: 500 },
  );
});

test('the committed schema and dutchbook.yaml are what the schema generates now', () => {
  const schema = `${JSON.stringify(configJsonSchema(), null, 2)}\n`;
  expect(readFileSync('schema/dutchbook.schema.json', 'utf8'), 'dutchbook check --schema').toBe(schema);
  const yaml = readFileSync('dutchbook.yaml', 'utf8');
  expect(yaml, 'dutchbook check --example').toBe(exampleYaml());
  expect(parseConfig(yaml, 'dutchbook.yaml').configHash).toBe(parseConfig('', undefined).configHash);
});

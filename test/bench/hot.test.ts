// Every function marked HOT PATH has a driver in measurement `hot`, or stands in its list of cold ones with a reason.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { COLD, HOT_DRIVERS } from '../../bench/hot-drivers.ts';
import { hotFunctions } from '../helpers/hot-path.ts';

/** `file function` of every marked function in the product. */
function marked(): string[] {
  const files = execFileSync('git', ['ls-files', 'engine/*.ts', 'wasm/*.ts'], { encoding: 'utf8' }).split('\n');
  return files
    .filter((file) => file !== '' && file !== 'wasm/bench-loops.ts')
    .flatMap((file) => hotFunctions(file, readFileSync(file, 'utf8')).map((name) => `${file} ${name}`));
}

/** What the drivers say they cover, `*` spelt out. */
function covered(all: readonly string[]): string[] {
  return HOT_DRIVERS.flatMap(({ covers }) =>
    Object.entries(covers).flatMap(([file, names]) =>
      names.includes('*')
        ? all.filter((each) => each.startsWith(file.endsWith('*') ? file.slice(0, -1) : `${file} `))
        : names.map((name) => `${file} ${name}`),
    ),
  );
}

test('every marked function is driven or cold with a reason, and nothing is listed that is not marked', () => {
  const all = marked();
  expect(all.length).toBeGreaterThan(100);
  expect(all).toContain('engine/ingest/frames.ts #accept');
  const listed = [...covered(all), ...Object.keys(COLD)];
  expect(all.filter((name) => !listed.includes(name))).toEqual([]);
  expect(listed.filter((name) => !all.includes(name))).toEqual([]);
  for (const [name, reason] of Object.entries(COLD)) expect(reason.length, name).toBeGreaterThan(10);
});

test('no driver is without functions, and names are told apart', () => {
  for (const { name, covers } of HOT_DRIVERS) expect(Object.values(covers).flat().length, name).toBeGreaterThan(0);
  expect(new Set(HOT_DRIVERS.map(({ name }) => name)).size).toBe(HOT_DRIVERS.length);
});

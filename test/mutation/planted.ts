// Runs the mutator over a small project in a folder of its own and prints each verdict as JSON: how the mutator is tested.
// Arguments: the folder, and texts of which a mutant's key must hold one.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from './build.ts';
import { order } from './choose.ts';
import { Judge } from './judge.ts';
import type { Project } from './project.ts';
import { allMutants } from './sites.ts';

const SEED = 1;

/** A project as test/mutation/planted.test.ts lays it out under `root`. */
function planted(root: string): Project {
  return {
    root,
    sources: 'wasm',
    files: ['planted.ts', 'constants.ts'],
    layout: 'layout.ts',
    entry: 'main.ts',
    module: 'build/engine.wasm',
    settings: 'asconfig.json',
    needs: ['test'],
    tests: ['test'],
    testsLeftOut: [],
    silenceMillis: 3000,
    environment: {},
  };
}

const [root, ...texts] = process.argv.slice(2);
const project = planted(root!);
const directory = mkdtempSync(join(tmpdir(), 'dutchbook-planted-run-'));
const mutants = order(allMutants(project), SEED).filter(({ key }) => texts.some((text) => key.includes(text)));
const judge = new Judge(project, build(project, mutants, mutants.length, join(directory, 'copy')), directory);
try {
  const { judged, baseline } = await judge.run(2, () => undefined);
  const verdicts = judged.map(({ mutant, verdict, by }) => ({ key: mutant.key, verdict, by }));
  console.log(JSON.stringify({ verdicts, files: baseline.map(({ file }) => file) }));
} finally {
  rmSync(directory, { recursive: true, force: true });
}

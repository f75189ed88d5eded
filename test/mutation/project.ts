// What is mutated and what judges it: the shape of a project, and this repository as one. A small planted project of the
// same shape is how the mutator itself is tested.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** A tree with AssemblyScript sources, a build of them, and tests that load that build. */
export interface Project {
  /** Absolute path of the tree. */
  readonly root: string;
  /** Folder of the sources, relative to root. */
  readonly sources: string;
  /** Source files that get mutants, relative to `sources`. */
  readonly files: readonly string[];
  /** File of layout constants, whose neighbours stand in for one another; relative to `sources`. */
  readonly layout: string;
  /** Source file asc compiles, relative to `sources`. */
  readonly entry: string;
  /** The module the tests load, relative to root. */
  readonly module: string;
  /** asc's settings, relative to root. */
  readonly settings: string;
  /** Folders and files of the tree that the tests read. */
  readonly needs: readonly string[];
  /** Test files or folders that judge, relative to root. */
  readonly tests: readonly string[];
  /** Test files or folders that do not. */
  readonly testsLeftOut: readonly string[];
  /** A mutant hangs that works for this long, and four times the file's longest test, without a finished test. */
  readonly silenceMillis: number;
  /** Set while the tests run: sizes of the long generated runs. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Files of wasm/ without code to mutate, each with the reason. */
export const LEFT_OUT: Readonly<Record<string, string>> = {
  'layout.ts':
    'constants only; the built module exports every one and test/layout.test.ts compares them all, so that a mutant here is caught by construction',
  'layout-areas.ts': 'evaluated by the compiler, leaves no code; test/wasm/layout-check.test.ts spoils it by hand',
  'layout-check.ts': 'evaluated by the compiler, leaves no code; test/wasm/layout-check.test.ts spoils it by hand',
  'main.ts': 'export list only',
  'bench-loops.ts':
    'of another module, which only the bench loads; its sums must equal those of the bench in JavaScript',
};

/** Frames and book sets of the two long generated tests for one mutant: a fifth and a tenth of what the tests take by themselves. */
const FUZZ_FRAMES = '10000';
const BOOK_SETS = '10000';

/** Tests of whole runs, threads and processes: they load dist/ and take long; the parts they are made of are judged. */
const WHOLE = [
  'test/run',
  'test/cli',
  'test/bin',
  'test/threads',
  'test/breaker/threads.test.ts',
  'test/bench',
  'test/venue/sim/process.test.ts',
  'test/mutation',
];
/** Needs packages that are installed for it alone; and faults at drawn points of whole runs. */
const APART = ['test/clients', 'test/faults'];
/** Compiles the sources and never loads the module. */
const WITHOUT_MODULE = ['test/wasm/layout-check.test.ts'];

/** This repository. */
export function dutchbook(root: string): Project {
  return {
    root,
    sources: 'wasm',
    files: readdirSync(join(root, 'wasm')).filter((file) => file.endsWith('.ts') && LEFT_OUT[file] === undefined),
    layout: 'layout.ts',
    entry: 'main.ts',
    module: 'build/engine.wasm',
    settings: 'asconfig.json',
    needs: ['engine', 'wasm', 'test', 'bench', 'recordings', 'package.json', 'asconfig.json', 'dutchbook.yaml'],
    tests: ['test'],
    testsLeftOut: [...WHOLE, ...APART, ...WITHOUT_MODULE],
    silenceMillis: 6_000,
    environment: { DUTCHBOOK_FUZZ_FRAMES: FUZZ_FRAMES, DUTCHBOOK_BOOK_SETS: BOOK_SETS },
  };
}

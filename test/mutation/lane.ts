// One lane: a process that holds a test runner over one sandbox and runs test files on request, stopping at the first
// failure. Started by lanes.ts, which kills the whole process group when a mutant hangs inside WASM.
import { join, relative, resolve } from 'node:path';
import {
  createVitest,
  type Reporter,
  type TestCase,
  type TestModule,
  type TestSpecification,
  type Vitest,
} from 'vitest/node';

/** What a lane is started with, as its only argument. */
export interface LaneSettings {
  readonly root: string;
  readonly setupFiles: readonly string[];
}

/** Run these test files, relative to the sandbox, in this order. */
export interface LaneRequest {
  readonly files: readonly string[];
  /** Stop at the first failing test. */
  readonly bail: boolean;
}

export interface FileResult {
  readonly file: string;
  readonly passed: boolean;
  readonly millis: number;
  /** The longest single test of the file. */
  readonly longestMillis: number;
  readonly failure: string | undefined;
}

export type LaneMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'progress'; readonly file: string }
  | { readonly kind: 'done'; readonly files: readonly FileResult[]; readonly errors: readonly string[] };

function say(message: LaneMessage): void {
  process.send?.(message);
}

/** Keeps the order of the request; the runner would sort by its own memory. */
class InOrder {
  async shard(files: TestSpecification[]): Promise<TestSpecification[]> {
    return files;
  }
  async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return files;
  }
}

/** What the current request has shown. The runner's own answer also holds files of earlier requests that did not run now. */
class Tally {
  readonly #root: string;
  readonly #ended = new Map<string, FileResult>();
  readonly #failures = new Map<string, string>();

  constructor(root: string) {
    this.#root = root;
  }

  begin(): void {
    this.#ended.clear();
    this.#failures.clear();
  }

  fileOf(module: TestModule): string {
    return relative(this.#root, module.moduleId);
  }

  test(test: TestCase): void {
    if (test.result().state === 'failed') this.#failures.set(this.fileOf(test.module), test.fullName);
  }

  end(module: TestModule): void {
    const file = this.fileOf(module);
    const tests = [...module.children.allTests()];
    const failure = this.#failures.get(file) ?? module.errors()[0]?.message.split('\n')[0];
    this.#ended.set(file, {
      file,
      passed: failure === undefined && module.ok() && tests.length > 0,
      millis: module.diagnostic().duration + module.diagnostic().collectDuration,
      longestMillis: Math.max(0, ...tests.map((test) => test.diagnostic()?.duration ?? 0)),
      failure,
    });
  }

  results(): FileResult[] {
    // A test may have failed in a file whose end was never reported.
    for (const [file, failure] of this.#failures) {
      if (this.#ended.has(file)) continue;
      this.#ended.set(file, { file, passed: false, millis: 0, longestMillis: 0, failure });
    }
    return [...this.#ended.values()];
  }
}

async function start({ root, setupFiles }: LaneSettings, tally: Tally): Promise<Vitest> {
  const progress = (module: TestModule): void => say({ kind: 'progress', file: tally.fileOf(module) });
  const reporter: Reporter = {
    onTestModuleQueued: progress,
    onTestModuleStart: progress,
    onTestCaseResult: (test) => {
      tally.test(test);
      progress(test.module);
    },
    onTestModuleEnd: (module) => tally.end(module),
  };
  const vitest = await createVitest(
    'test',
    {
      root,
      config: false,
      watch: false,
      // One thread per request, its test files one after another: the modules they share are loaded once, and a thread
      // starts sooner than a process. One that hangs ends with the lane.
      pool: 'threads',
      isolate: false,
      fileParallelism: false,
      maxWorkers: 1,
      bail: 1,
      testTimeout: 120_000,
      hookTimeout: 60_000,
      include: ['test/**/*.test.ts', '**/*.test.ts'],
      setupFiles: [...setupFiles],
      reporters: [reporter],
      silent: true,
      sequence: { sequencer: InOrder },
    },
    { cacheDir: join(root, '.cache') },
  );
  await vitest.standalone();
  return vitest;
}

async function main(): Promise<void> {
  const settings = JSON.parse(process.argv[2]!) as LaneSettings;
  const tally = new Tally(settings.root);
  const vitest = await start(settings, tally);
  const project = vitest.projects[0]!;
  process.on('message', (request: LaneRequest) => {
    const specifications = request.files.map((file) => project.createSpecification(resolve(settings.root, file)));
    vitest.config.bail = request.bail ? 1 : 0;
    tally.begin();
    vitest
      .runTestSpecifications(specifications, false)
      .then(({ unhandledErrors }) => {
        say({
          kind: 'done',
          files: tally.results(),
          errors: unhandledErrors.map((error) => String((error as Error).message ?? error)),
        });
      })
      .catch((error: unknown) => say({ kind: 'done', files: [], errors: [String(error)] }));
  });
  process.on('disconnect', () => process.exit(0));
  say({ kind: 'ready' });
}

await main();

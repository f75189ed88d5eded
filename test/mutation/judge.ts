// Judges every mutant by the project's tests: which test files reach it, do they pass without it, does one fail with it.
import { join } from 'node:path';
import { type Built, withAlive } from './build.ts';
import type { FileResult } from './lane.ts';
import { Lane } from './lanes.ts';
import type { Project } from './project.ts';
import { Sandbox } from './sandbox.ts';
import { COVERAGE_BYTES, type Numbered } from './schema.ts';
import { judgingTests } from './tests.ts';

/** See Project.silenceMillis. */
const SILENCE_FACTOR = 4;

export type Verdict = 'caught' | 'timeout' | 'survived' | 'not reached';

export interface Judged extends Numbered {
  readonly verdict: Verdict;
  /** The test that failed, for a caught one. */
  readonly by: string | undefined;
  /** Test files that reach it. */
  readonly reachedBy: number;
  readonly seconds: number;
}

export interface Judgement {
  readonly judged: readonly Judged[];
  /** Test files that passed on the module with no mutant alive, and their tests' time. */
  readonly baseline: readonly FileResult[];
}

export class Judge {
  readonly #project: Project;
  readonly #built: Built;
  readonly #directory: string;
  readonly #lanes: Lane[] = [];
  readonly #baseline = new Map<string, FileResult>();
  /** By test file, one bit per mutant it reaches. */
  readonly #hits = new Map<string, Buffer>();
  /** By source file and test file, mutants caught so far. */
  readonly #catches = new Map<string, number>();

  constructor(project: Project, built: Built, directory: string) {
    this.#project = project;
    this.#built = built;
    this.#directory = directory;
  }

  /** Judges all mutants on `count` lanes; `tell` hears of each. */
  async run(count: number, tell: (judged: Judged, done: number) => void): Promise<Judgement> {
    try {
      const files = judgingTests(this.#project);
      const boxes = Array.from({ length: count }, (_, place) => this.#sandbox(`lane-${place}`));
      await Promise.all([this.#measure(files, boxes[0]!), this.#cover(files)]);
      const queue = [...this.#built.mutants];
      const judged: Judged[] = [];
      const work = async (box: Sandbox): Promise<void> => {
        const lane = this.#lane(box, []);
        for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
          const verdict = await this.#judge(next, box, lane);
          judged.push(verdict);
          tell(verdict, judged.length);
        }
        lane.close();
      };
      await Promise.all(boxes.map(work));
      return { judged: judged.sort((a, b) => a.id - b.id), baseline: [...this.#baseline.values()] };
    } finally {
      this.close();
    }
  }

  close(): void {
    for (const lane of this.#lanes) lane.close();
  }

  #sandbox(name: string): Sandbox {
    return new Sandbox(this.#project, join(this.#directory, name));
  }

  #lane(box: Sandbox, setupFiles: readonly string[]): Lane {
    const lane = new Lane({ root: box.root, setupFiles }, this.#project.environment);
    this.#lanes.push(lane);
    return lane;
  }

  /** Every test must pass on the module whose mutants are all dead: it is the program that was asked about. */
  async #measure(files: readonly string[], box: Sandbox): Promise<void> {
    box.put(withAlive(this.#built.module, 0));
    const lane = this.#lane(box, []);
    for (const result of await passing(lane, files, 'with no mutant alive')) this.#baseline.set(result.file, result);
    lane.close();
  }

  async #cover(files: readonly string[]): Promise<void> {
    const box = this.#sandbox('coverage');
    box.put(withAlive(this.#built.coverage, 0));
    const lane = this.#lane(box, [box.setupFile]);
    for (const file of files) {
      await passing(lane, [file], 'while coverage is noted');
      this.#hits.set(file, box.takeHits());
    }
    lane.close();
  }

  #reaches(file: string, id: number): boolean {
    return ((this.#hits.get(file)?.[id >> 3] ?? 0) & (1 << (id & 7))) !== 0;
  }

  /** Quick test files first, and those that caught mutants of the same source file before. */
  #filesFor({ id, mutant }: Numbered): string[] {
    const cost = (file: string): number => {
      const catches = this.#catches.get(`${mutant.file} ${file}`) ?? 0;
      return (this.#baseline.get(file)!.millis + 50) / (1 + catches);
    };
    const reaching = [...this.#hits.keys()].filter((file) => this.#reaches(file, id));
    return reaching.sort((a, b) => cost(a) - cost(b));
  }

  async #judge(numbered: Numbered, box: Sandbox, lane: Lane): Promise<Judged> {
    const started = performance.now();
    const files = this.#filesFor(numbered);
    const answer = (verdict: Verdict, by?: string): Judged => {
      return { ...numbered, verdict, by, reachedBy: files.length, seconds: (performance.now() - started) / 1000 };
    };
    if (files.length === 0) return answer('not reached');
    box.put(withAlive(this.#built.module, numbered.id));
    const allowed = (file: string | undefined): number =>
      this.#project.silenceMillis + SILENCE_FACTOR * (this.#baseline.get(file ?? '')?.longestMillis ?? 0);
    for (let tries = 0; ; tries += 1) {
      const { files: results, errors, timedOut } = await lane.run({ files, bail: true }, allowed);
      if (timedOut) return answer('timeout');
      const failed = results.find(({ passed, failure }) => !passed && failure !== undefined);
      if (failed !== undefined) {
        const name = `${numbered.mutant.file} ${failed.file}`;
        this.#catches.set(name, (this.#catches.get(name) ?? 0) + 1);
        return answer('caught', `${failed.file}: ${failed.failure}`);
      }
      const whole = results.length === files.length && results.every(({ passed }) => passed);
      if (whole && errors.length === 0) return answer('survived');
      // No test failed and yet the run is not whole: a crash of the test process, if it comes again on a new one.
      lane.close();
      if (tries > 0) return answer('caught', `crash: ${errors[0] ?? 'tests did not run'}`);
    }
  }
}

async function passing(lane: Lane, files: readonly string[], when: string): Promise<readonly FileResult[]> {
  const { files: results, errors, timedOut } = await lane.run({ files, bail: false }, () => 300_000);
  const failed = results.filter(({ passed }) => !passed).map(({ file, failure }) => `${file}: ${failure}`);
  const missing = files.filter((file) => !results.some((result) => result.file === file));
  const faults = [...failed, ...errors, ...missing.map((file) => `${file} did not run`)];
  if (timedOut || faults.length > 0)
    throw new Error(`the tests must pass ${when}: ${faults.join('; ') || 'they hang'}`);
  return results;
}

/** Bytes of coverage bound how many mutants one module can hold. */
export const MUTANTS_MAX = COVERAGE_BYTES * 8 - 1;

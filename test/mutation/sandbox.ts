// A copy of the tree whose built module can be replaced: the tests in it load whatever module was put there last.
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Project } from './project.ts';
import { COVERAGE_BYTES } from './schema.ts';

const SETUP = 'setup-of-mutants.mjs';
const HITS = 'hits-of-mutants.bin';

export class Sandbox {
  readonly root: string;
  readonly #module: string;

  constructor(project: Project, root: string) {
    this.root = root;
    this.#module = join(root, project.module);
    mkdirSync(dirname(this.#module), { recursive: true });
    for (const need of project.needs) cpSync(join(project.root, need), join(root, need), { recursive: true });
    symlinkSync(join(project.root, 'node_modules'), join(root, 'node_modules'));
    writeFileSync(join(root, SETUP), setupSource(join(root, HITS)));
  }

  /** Test set-up file that collects what the coverage module notes; for the coverage run only. */
  get setupFile(): string {
    return join(this.root, SETUP);
  }

  put(module: Buffer): void {
    writeFileSync(this.#module, module);
  }

  /** One bit per mutant that the tests reached since this was last asked. */
  takeHits(): Buffer {
    const path = join(this.root, HITS);
    const hits = existsSync(path) ? readFileSync(path) : Buffer.alloc(COVERAGE_BYTES);
    rmSync(path, { force: true });
    return hits;
  }
}

/**
 * Watches which memories the tests give to instances. The last few are held, the others only watched, so that a test
 * with thousands of arenas does not run out of memory; all that still live are read after each test.
 */
function setupSource(hitsPath: string): string {
  return `import { writeFileSync } from 'node:fs';
import { afterAll, afterEach } from 'vitest';
const hits = globalThis.hitsOfMutants ??= new Uint8Array(${COVERAGE_BYTES});
const held = globalThis.heldOfMutants ??= [];
const watched = globalThis.watchedOfMutants ??= new Set();
const read = (memory) => {
  const bytes = new Uint8Array(memory.buffer, 0, ${COVERAGE_BYTES});
  for (let at = 0; at < hits.length; at += 1) hits[at] |= bytes[at];
};
const readAll = () => {
  for (const reference of watched) {
    const memory = reference.deref();
    if (memory === undefined) watched.delete(reference);
    else read(memory);
  }
};
if (globalThis.instanceOfMutants === undefined) {
  const Original = WebAssembly.Instance;
  globalThis.instanceOfMutants = Original;
  WebAssembly.Instance = class extends Original {
    constructor(module, imports) {
      super(module, imports);
      const memory = imports?.env?.memory;
      if (memory === undefined || held.includes(memory)) return;
      watched.add(new WeakRef(memory));
      held.push(memory);
      if (held.length > 8) read(held.shift());
    }
  };
}
afterEach(readAll);
afterAll(() => {
  readAll();
  writeFileSync(${JSON.stringify(hitsPath)}, hits);
});
`;
}

#!/usr/bin/env node
// The command: starts the built engine in a child process with its V8 flags, and ends with the documented exit code.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { launch } from './launch.js';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const main = join(root, 'dist/engine/main.js');
const wasm = join(root, 'build/engine.wasm');
const USAGE = 2;

const [major = 0] = process.versions.node.split('.').map(Number);
const missing = [main, wasm].find((file) => !existsSync(file));
if (major < 20) {
  process.stderr.write(`dutchbook: Node ${process.versions.node} is too old: 20, 22 or 24 is needed\n`);
  process.exitCode = USAGE;
} else if (missing !== undefined) {
  process.stderr.write('dutchbook: this copy is not built yet: run `npm run build` in its folder first\n');
  process.exitCode = USAGE;
} else {
  process.exitCode = await launch(main, process.argv.slice(2));
}

// Which test files can judge a mutant at all: those that load the built module, found by following their imports.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import type { Project } from './project.ts';

/** Test files of the project that load its module, relative to its root. */
export function judgingTests(project: Project): string[] {
  const files: string[] = [];
  const visit = (path: string): void => {
    if (project.testsLeftOut.some((left) => path === left || path.startsWith(`${left}/`))) return;
    const whole = join(project.root, path);
    if (!existsSync(whole)) throw new Error(`${path}: no such test`);
    if (statSync(whole).isDirectory()) for (const name of readdirSync(whole).sort()) visit(join(path, name));
    else if (path.endsWith('.test.ts') && loadsModule(project, path, new Set())) files.push(path);
  };
  for (const path of project.tests) visit(path);
  return files;
}

/** True when the file or one that it imports names the module. */
function loadsModule(project: Project, path: string, seen: Set<string>): boolean {
  const whole = join(project.root, path);
  if (seen.has(path) || !existsSync(whole)) return false;
  seen.add(path);
  const text = readFileSync(whole, 'utf8');
  if (text.includes(project.module)) return true;
  const { importedFiles } = ts.preProcessFile(text, true, true);
  return importedFiles.some(
    ({ fileName }) => fileName.startsWith('.') && loadsModule(project, join(dirname(path), fileName), seen),
  );
}

// Runs the built command as a user does, in a folder of its own, and collects what it says.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { EngineReport } from '../../engine/observe/report-schema.ts';

/** A run that goes on. */
export interface Running {
  readonly child: ChildProcess;
  /** Resolves with the first match in what it said so far or says later; rejects when it ends before. */
  said(pattern: RegExp): Promise<RegExpExecArray>;
  /** Resolves when it has ended. */
  readonly ended: Promise<{ code: number | null; out: string; err: string }>;
}

/** Starts `dutchbook WORDS` with `config` as its config file, or with the file that it names. */
export function start(
  words: readonly string[],
  config: object | string,
  environment: Record<string, string> = {},
): Running {
  const dir = mkdtempSync(join(tmpdir(), 'dutchbook-run-'));
  const file = typeof config === 'string' ? resolve(config) : join(dir, 'config.yaml');
  if (typeof config !== 'string') writeFileSync(file, JSON.stringify(config));
  const line = [resolve('bin/dutchbook.js'), ...words, '--config', file];
  const child = spawn(process.execPath, line, { cwd: dir, env: { ...process.env, ...environment } });
  let out = '';
  let err = '';
  const waiting: { pattern: RegExp; resolve: (match: RegExpExecArray) => void; reject: (error: Error) => void }[] = [];
  const look = (): void => {
    for (const one of [...waiting]) {
      const match = one.pattern.exec(out) ?? one.pattern.exec(err);
      if (match === null) continue;
      waiting.splice(waiting.indexOf(one), 1);
      one.resolve(match);
    }
  };
  child.stdout.on('data', (bytes: Buffer) => {
    out += bytes.toString('utf8');
    look();
  });
  child.stderr.on('data', (bytes: Buffer) => {
    err += bytes.toString('utf8');
    look();
  });
  const ended = new Promise<{ code: number | null; out: string; err: string }>((done) => {
    child.on('close', (code) => {
      rmSync(dir, { recursive: true });
      for (const { pattern, reject } of waiting) reject(new Error(`ended without ${pattern}: ${out}${err}`));
      done({ code, out, err });
    });
  });
  const said = (pattern: RegExp): Promise<RegExpExecArray> =>
    new Promise((resolveMatch, reject) => {
      waiting.push({ pattern, resolve: resolveMatch, reject });
      look();
    });
  return { child, said, ended };
}

/** The report of a run that was started with --json. */
export function reportOf(out: string): EngineReport {
  return JSON.parse(out) as EngineReport;
}

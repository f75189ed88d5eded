// The official clients as they are installed beside this file, unmodified: the only file that knows how they are loaded.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const own = createRequire(import.meta.url);

/** Versions by package, as package.json pins them. */
export function pinnedVersions(): Readonly<Record<string, string>> {
  const text = readFileSync(new URL('package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { dependencies: Record<string, string> }).dependencies;
}

/** Version of a package's installation. Throws when there is none. */
export function installedVersion(name: string): string {
  const file = new URL(`node_modules/${name}/package.json`, import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

/** What a package exports. Throws when it is not installed. */
export function load<T>(name: string): T {
  return own(name) as T;
}

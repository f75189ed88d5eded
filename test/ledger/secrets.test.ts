// No record of the journal can carry a secret: the names of all fields, of every record that there is, are looked at.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/** Fields of all interfaces and record types of the file that declares them. */
function fieldsOf(file: string): string[] {
  return [...readFileSync(file, 'utf8').matchAll(/readonly (\w+)\??:/g)].map(([, name]) => name!);
}

const SECRET = /key|secret|passphrase|password|signature|credential|private|wire|apikey/i;

test('no field of a record is named for a key, a secret or a signature', () => {
  const fields = fieldsOf('engine/ledger/records.ts');
  expect(fields.length).toBeGreaterThan(60);
  expect(fields.filter((name) => SECRET.test(name))).toEqual([]);
  // The rule finds one where there is one.
  expect(fieldsOf('engine/venue/contract.ts').filter((name) => SECRET.test(name))).toContain('wire');
});

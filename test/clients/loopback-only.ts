// Keeps the official clients on this machine: from here on only its own addresses are looked up, and each name that is
// refused is noted.
import dns from 'node:dns';

/** Names that something tried to reach. */
export const refusedNames: string[] = [];

type Lookup = (name: string, options: unknown, done: (error: Error) => void) => void;

const lookup = dns.lookup as Lookup;

dns.lookup = ((name, options, done) => {
  if (name === '127.0.0.1' || name === 'localhost') {
    lookup(name, options, done);
    return;
  }
  refusedNames.push(name);
  process.nextTick(done, new Error(`${name} is beyond this machine`));
}) as Lookup as typeof dns.lookup;

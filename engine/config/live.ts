// What a run with real money needs, each piece by itself: the mode in the config, the word on the command line, the venue's
// addresses, and the keys in files of their owner's alone.
import { secretFileFault } from '../core/secret-file.ts';
import { loadFeedSecrets } from './kalshi-feed.ts';
import { ConfigError } from './problems.ts';
import type { Config } from './schema.ts';
import { type Environment, printable, type Secrets } from './secrets.ts';

const KEY_FILES = {
  privateKeyFile: 'signs its orders',
  apiKeyFile: 'names its account',
  apiSecretFile: 'signs its requests',
  passphraseFile: 'goes with its requests',
} as const;

const ADDRESSES = {
  marketUrl: ['wss://…', 'its books come from there'],
  restUrl: ['https://…', 'its orders go there'],
  userUrl: ['wss://…', 'its fills come from there'],
} as const;
/** Without TLS to another machine, keys of the account would go in clear. */
const OF_THIS_MACHINE = /^(127\.\d+\.\d+\.\d+|\[::1\]|localhost)$/;

/** Secrets of a run. `live`: --live is on the command line. Throws ConfigError with every problem of both. */
export function loadRunSecrets(config: Config, environment: Environment, live: boolean): Secrets {
  const problems = liveProblems(config, live);
  let secrets: Secrets | undefined;
  try {
    secrets = loadFeedSecrets(config, environment);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    problems.push(...error.problems.filter((problem) => !problems.includes(problem)));
  }
  if (secrets === undefined || problems.length > 0) throw new ConfigError(problems);
  return secrets;
}

/** What is missing for a live run, one sentence each; none when nobody asks for one. */
export function liveProblems(config: Config, live: boolean): string[] {
  const { mode, venues } = config;
  if (mode === 'paper' && !live) return [];
  const { polymarket } = venues;
  const problems: string[] = [];
  if (mode === 'paper') problems.push('mode: value "paper", allowed live; --live is on the command line');
  if (!live) problems.push('--live: missing on the command line, needed with mode live; nothing is sent without both');
  for (const [key, [allowed, why]] of Object.entries(ADDRESSES)) {
    const url = polymarket[key as keyof typeof ADDRESSES];
    if (url === undefined) {
      problems.push(`venues.polymarket.${key}: missing, allowed ${allowed}; a live run needs it: ${why}`);
    } else if (!isPrivate(url)) {
      problems.push(`venues.polymarket.${key}: ${printable(url)}, allowed ${allowed} or an address of this machine`);
    }
  }
  for (const [key, why] of Object.entries(KEY_FILES)) {
    const file = polymarket[key as keyof typeof KEY_FILES];
    const fault = file === undefined ? undefined : secretFileFault(file);
    if (file === undefined) {
      const allowed = 'a file of mode 0400 or 0600, no variable';
      problems.push(`venues.polymarket.${key}: missing, allowed ${allowed}; a live run needs it: it ${why}`);
    } else if (fault !== undefined) problems.push(`venues.polymarket.${key}: ${printable(file)}: ${fault}`);
  }
  const { orderMicrosMax } = config.signer;
  const basketMicros = config.breaker.basketNotionalMicros;
  if (orderMicrosMax < basketMicros) {
    problems.push(
      `signer.orderMicrosMax: value ${orderMicrosMax}, allowed ${basketMicros} (breaker.basketNotionalMicros) or more: a leg that it does not sign is planned in vain`,
    );
  }
  const hasFunder = polymarket.funder !== undefined;
  if (polymarket.signatureType !== 0 && !hasFunder) {
    problems.push(`venues.polymarket.funder: missing, needed with signatureType ${polymarket.signatureType}`);
  }
  if (polymarket.signatureType === 0 && hasFunder) {
    problems.push('venues.polymarket.funder: given, allowed with signatureType 1 to 3 only');
  }
  return problems;
}

function isPrivate(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === 'https:' || protocol === 'wss:' || OF_THIS_MACHINE.test(hostname);
}

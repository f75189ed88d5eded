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
const KALSHI_KEY_FILES = {
  keyIdFile: 'names its key',
  privateKeyFile: 'signs its requests',
} as const;

const KALSHI_ADDRESSES = {
  webSocketUrl: ['wss://…', 'its books and fills come from there'],
  restUrl: ['https://…', 'its orders go there'],
} as const;
/** Without TLS to another machine, keys of the account would go in clear. */
const OF_THIS_MACHINE = /^(127\.\d+\.\d+\.\d+|\[::1\]|localhost)$/;

/** Which venues a live run trades at: those that anything of theirs is given of, Polymarket where nothing is. */
export function liveVenues({ venues: { polymarket, kalshi } }: Config): {
  readonly polymarket: boolean;
  readonly kalshi: boolean;
} {
  const isKalshi = [kalshi.webSocketUrl, kalshi.keyIdFile, kalshi.privateKeyFile].some((key) => key !== undefined);
  const keys = [...Object.keys(ADDRESSES), ...Object.keys(KEY_FILES)] as (keyof typeof polymarket)[];
  const { funder, signatureType } = polymarket;
  const isGiven = funder !== undefined || signatureType !== 0 || keys.some((key) => polymarket[key] !== undefined);
  return { polymarket: !isKalshi || isGiven, kalshi: isKalshi };
}

/** Secrets of a run. `live`: --live is on the command line. Throws ConfigError with every problem of both. */
export function loadRunSecrets(config: Config, environment: Environment, live: boolean): Secrets {
  const problems = liveProblems(config, live);
  let secrets: Secrets | undefined;
  try {
    secrets = loadFeedSecrets(config, environment, live && config.mode === 'live');
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
  const trades = liveVenues(config);
  const problems: string[] = [];
  if (mode === 'paper') problems.push('mode: value "paper", allowed live; --live is on the command line');
  if (!live) problems.push('--live: missing on the command line, needed with mode live; nothing is sent without both');
  if (trades.polymarket) problems.push(...piecesOf('polymarket', venues.polymarket, ADDRESSES, KEY_FILES));
  if (trades.kalshi) problems.push(...piecesOf('kalshi', venues.kalshi, KALSHI_ADDRESSES, KALSHI_KEY_FILES));
  const { orderMicrosMax } = config.signer;
  const basketMicros = config.breaker.basketNotionalMicros;
  if (orderMicrosMax < basketMicros) {
    problems.push(
      `signer.orderMicrosMax: value ${orderMicrosMax}, allowed ${basketMicros} (breaker.basketNotionalMicros) or more: a leg that it does not sign is planned in vain`,
    );
  }
  return trades.polymarket ? [...problems, ...funderProblems(venues.polymarket)] : problems;
}

/** Addresses and files of one venue: which are missing, and which cannot be used. */
function piecesOf(
  venue: 'polymarket' | 'kalshi',
  given: Readonly<Record<string, unknown>>,
  addresses: Readonly<Record<string, readonly [allowed: string, why: string]>>,
  keyFiles: Readonly<Record<string, string>>,
): string[] {
  const problems: string[] = [];
  for (const [key, [allowed, why]] of Object.entries(addresses)) {
    const url = given[key] as string | undefined;
    if (url === undefined) {
      problems.push(`venues.${venue}.${key}: missing, allowed ${allowed}; a live run needs it: ${why}`);
    } else if (!isPrivate(url)) {
      problems.push(`venues.${venue}.${key}: ${printable(url)}, allowed ${allowed} or an address of this machine`);
    }
  }
  for (const [key, why] of Object.entries(keyFiles)) {
    const file = given[key] as string | undefined;
    const fault = file === undefined ? undefined : secretFileFault(file);
    if (file === undefined) {
      const allowed = 'a file of mode 0400 or 0600, no variable';
      problems.push(`venues.${venue}.${key}: missing, allowed ${allowed}; a live run needs it: it ${why}`);
    } else if (fault !== undefined) problems.push(`venues.${venue}.${key}: ${printable(file)}: ${fault}`);
  }
  return problems;
}

function funderProblems(polymarket: Config['venues']['polymarket']): string[] {
  const problems: string[] = [];
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

// Reads secrets: from a file named in the config, else from the environment. Never from the config itself, and a
// secret prints as [secret] wherever it is put by mistake.
import { existsSync } from 'node:fs';
import { parse, resolve } from 'node:path';
import { inspect } from 'node:util';
import { readSecretFile, secretFileFault } from '../core/secret-file.ts';
import { keyIdFault, privateKeyFault } from '../venue/kalshi/sign.ts';
import { ConfigError } from './problems.ts';
import type { Config } from './schema.ts';

/** A value that only reveal() shows. */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return '[secret]';
  }

  toJSON(): string {
    return '[secret]';
  }

  [inspect.custom](): string {
    return '[secret]';
  }
}

export interface Secrets {
  readonly feedToken: Secret | undefined;
  readonly walletKey: Secret | undefined;
  readonly polymarket: {
    readonly apiKey: Secret | undefined;
    readonly apiSecret: Secret | undefined;
    readonly passphrase: Secret | undefined;
  };
  readonly kalshi: { readonly keyId: Secret | undefined; readonly privateKey: Secret | undefined };
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Longest path that is printed. */
const PATH_CHARS_MAX = 1024;

/** From this length on a name without an extension is taken for a secret that was put where its file belongs. */
const SECRET_CHARS_MIN = 24;

/** How files with a secret in them are called, where they are called anything. */
const EXTENSION = /^\.(key|pem|txt|token|secret|id|json|env|conf)$/i;

/**
 * `value` as a problem may print it: what is there, or reads as a path to a folder that is there; never a secret in a
 * path's place, which may have dots and slashes too.
 */
export function printable(value: string): string {
  const hidden = `(${value.length} characters, not printed)`;
  if (value.length >= PATH_CHARS_MAX || /[\r\n\0]/.test(value)) return hidden;
  if (existsSync(value)) return value;
  const { base, dir, ext } = parse(value);
  if (!existsSync(resolve(dir))) return hidden;
  return EXTENSION.test(ext) || (dir !== '' && base.length < SECRET_CHARS_MIN) ? value : hidden;
}

/** Reads every secret the config names; not Kalshi's key where `isLive`: the signer's process alone reads it. Throws ConfigError with every problem; values are never in it. */
export function loadSecrets(config: Config, environment: Environment = process.env, isLive = false): Secrets {
  const problems: string[] = [];
  const read = (key: string, file: string | undefined, variable: string): Secret | undefined => {
    if (file !== undefined) {
      const problem = secretFileFault(file);
      if (problem === undefined) return new Secret(readSecretFile(file).toString('utf8').trim());
      problems.push(`${key}: ${printable(file)}: ${problem}`);
      return undefined;
    }
    const text = environment[variable];
    return text === undefined || text === '' ? undefined : new Secret(text);
  };
  const { polymarket, kalshi } = config.venues;
  const secrets: Secrets = {
    feedToken: read('ingest.feedServer.tokenFile', config.ingest.feedServer.tokenFile, 'DUTCHBOOK_FEED_TOKEN'),
    walletKey: read('wallets.keyFile', config.wallets.keyFile, 'DUTCHBOOK_WALLET_KEY'),
    polymarket: {
      apiKey: read('venues.polymarket.apiKeyFile', polymarket.apiKeyFile, 'DUTCHBOOK_POLYMARKET_API_KEY'),
      apiSecret: read('venues.polymarket.apiSecretFile', polymarket.apiSecretFile, 'DUTCHBOOK_POLYMARKET_API_SECRET'),
      passphrase: read(
        'venues.polymarket.passphraseFile',
        polymarket.passphraseFile,
        'DUTCHBOOK_POLYMARKET_PASSPHRASE',
      ),
    },
    kalshi: isLive
      ? { keyId: undefined, privateKey: undefined }
      : {
          keyId: read('venues.kalshi.keyIdFile', kalshi.keyIdFile, 'DUTCHBOOK_KALSHI_KEY_ID'),
          privateKey: read('venues.kalshi.privateKeyFile', kalshi.privateKeyFile, 'DUTCHBOOK_KALSHI_PRIVATE_KEY'),
        },
  };
  if (problems.length === 0) problems.push(...kalshiProblems(secrets.kalshi));
  if (problems.length > 0) throw new ConfigError(problems);
  return secrets;
}

/** What is wrong with a key that was read, in words without it. Half a pair signs nothing. */
function kalshiProblems({ keyId, privateKey }: Secrets['kalshi']): string[] {
  const problems: string[] = [];
  const idFault = keyId === undefined ? undefined : keyIdFault(keyId.reveal());
  const keyFault = privateKey === undefined ? undefined : privateKeyFault(privateKey.reveal());
  if (idFault !== undefined) problems.push(`venues.kalshi.keyIdFile: ${idFault}`);
  if (keyFault !== undefined) problems.push(`venues.kalshi.privateKeyFile: ${keyFault}`);
  if ((keyId === undefined) !== (privateKey === undefined)) {
    problems.push(
      `venues.kalshi: ${keyId === undefined ? 'a private key without its id' : 'a key id without its private key'}, allowed both or none`,
    );
  }
  return problems;
}

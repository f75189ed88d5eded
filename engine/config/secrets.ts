// Reads secrets: from a file named in the config, else from the environment. Never from the config itself, and a
// secret prints as [secret] wherever it is put by mistake.
import { lstatSync, readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { keyIdFault, privateKeyFault } from '../venue/kalshi/sign.ts';
import { ConfigError } from './problems.ts';
import type { Config } from './schema.ts';

const SECRET_BYTES_MAX = 4_096;

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

type Environment = Readonly<Record<string, string | undefined>>;

/** Why `file` may not hold a secret, or undefined. */
function fileProblem(file: string): string | undefined {
  const stat = lstatSync(file, { throwIfNoEntry: false });
  if (stat === undefined) return 'no such file';
  if (!stat.isFile()) return 'not a plain file (links are refused)';
  if (process.platform !== 'win32' && (stat.mode & 0o077) !== 0) return 'others may read it; chmod 600';
  if (process.getuid !== undefined && stat.uid !== process.getuid()) return 'it belongs to another user';
  if (stat.size > SECRET_BYTES_MAX) return `${stat.size} bytes, allowed ${SECRET_BYTES_MAX}`;
  return undefined;
}

/** Reads every secret the config names. Throws ConfigError with every problem; values are never in it. */
export function loadSecrets(config: Config, environment: Environment = process.env): Secrets {
  const problems: string[] = [];
  const read = (key: string, file: string | undefined, variable: string): Secret | undefined => {
    if (file !== undefined) {
      const problem = fileProblem(file);
      if (problem === undefined) return new Secret(readFileSync(file, 'utf8').trim());
      problems.push(`${key}: ${file}: ${problem}`);
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
    kalshi: {
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

// The secrets of a command that opens feeds, and what the config and they lack for opening Kalshi's.
import { ConfigError } from './problems.ts';
import type { Config } from './schema.ts';
import { type Environment, loadSecrets, type Secrets } from './secrets.ts';

/** loadSecrets(), which must do for the feeds that the config names; a live run's key is its signer's alone. Throws ConfigError with every problem. */
export function loadFeedSecrets(config: Config, environment: Environment, isLive = false): Secrets {
  const secrets = loadSecrets(config, environment, isLive);
  const problems = kalshiFeedProblems(config, secrets, isLive);
  if (problems.length > 0) throw new ConfigError(problems);
  return secrets;
}

/** Problems, each with key, value and what is allowed; none when the feed can be opened or is not asked for. */
function kalshiFeedProblems({ venues, markets }: Config, { kalshi: keys }: Secrets, isLive: boolean): string[] {
  const { webSocketUrl, restUrl, select } = venues.kalshi;
  if (webSocketUrl === undefined) return [];
  const problems: string[] = [];
  const needs = (key: string, allowed: string): void => {
    problems.push(`venues.kalshi.${key}: missing, allowed ${allowed}; the feed at venues.kalshi.webSocketUrl needs it`);
  };
  const file = 'a file of mode 0400 or 0600, or the variable';
  if (keys.keyId === undefined && !isLive) needs('keyIdFile', `${file} DUTCHBOOK_KALSHI_KEY_ID`);
  if (keys.privateKey === undefined && !isLive) needs('privateKeyFile', `${file} DUTCHBOOK_KALSHI_PRIVATE_KEY`);
  const isSelected = select.series.length + select.events.length + select.markets.length > 0;
  if (isSelected && restUrl === undefined)
    needs('restUrl', 'http://… or https://… for what venues.kalshi.select names');
  if (!isSelected && !markets.some(({ venue }) => venue === 'kalshi')) {
    needs('select', 'series, events or markets by ticker, or markets of Kalshi under markets');
  }
  return problems;
}

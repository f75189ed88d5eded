// Kalshi's feed in words, for the status line and the summary. Pure.
import type { KalshiFeedFacts } from '../ingest/kalshi-facts.ts';
import { countText, entriesText } from './text.ts';

/** The mode that all connections are in, else how many are in which. */
export function kalshiModeText({ connections, streaming, polling, down }: KalshiFeedFacts): string {
  const modes = { stream: streaming, poll: polling, down };
  const [only, another] = Object.entries(modes).filter(([, count]) => count > 0);
  if (another === undefined) return only?.[0] ?? (connections.length === 0 ? 'without markets' : '');
  return entriesText(modes, '');
}

/** One line of the summary; `gaps` and `stepBacks`: of the numbers of its subscriptions. */
export function kalshiFeedText(feed: KalshiFeedFacts, gaps: number, stepBacks: number): string {
  const { connections, markets, degraded, recovered, resyncs, snapshotsAsked, snapshotsUnanswered, rejected } = feed;
  const sids = connections.map(({ sids }) => sids.join(', ')).filter((text) => text !== '');
  return (
    `${countText(markets)} markets on ${countText(connections.length)} connections: ${kalshiModeText(feed)}; ` +
    `sids ${sids.join(' and ') || 'none'}; ${countText(gaps)} gaps, ${countText(stepBacks)} steps back, ` +
    `${countText(resyncs)} resyncs, ${countText(feed.replaced)} replaced in place, ` +
    `${countText(feed.replacementsFailed)} replacements failed; ${countText(snapshotsAsked)} snapshots asked for, ` +
    `${countText(snapshotsUnanswered)} unanswered; ${countText(rejected)} frames refused; ` +
    `${countText(degraded)} times degraded, ${countText(recovered)} recovered; ` +
    `errors ${entriesText(feed.errors, 'none')}${polledText(feed.rest)}`
  );
}

function polledText(rest: KalshiFeedFacts['rest']): string {
  if (rest === undefined || rest.polls === 0) return '';
  return `; by REST ${countText(rest.booksPolled)} books of ${countText(rest.polls)} questions, ${countText(rest.failed)} failed`;
}

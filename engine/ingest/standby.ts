// Whether a socket that was dialled to take another's place takes it, what each of the two lacks, and what tells them apart.
// Ingest thread, a few times a second; judges only, the feed acts.
import type { FeedLink } from './feed-link.ts';
import type { TokenPlace } from './first-books.ts';

export type StandbyVerdict = 'wait' | 'promote' | 'giveUp';

/** A connection, as far as its books go. */
type Opened = Pick<FeedLink, 'openNs' | 'firstBooks'>;

export interface StandbyTimes {
  /** When it was first dialled. */
  readonly dialledNs: number;
  /** It gets so long to open first. */
  readonly openNs: number;
  /** Twice this is its time, from when it opened last, or should have been open. */
  readonly firstBookNs: number;
}

/** First books that the socket has not brought, of markets that they could help; infinite while it brings nothing at all. */
function lackedBooks({ openNs, dataSinceOpen, firstBooks }: FeedLink): number {
  return openNs > 0 && dataSinceOpen > 0 ? firstBooks.missing : Number.POSITIVE_INFINITY;
}

/** Brought every first book that it was asked for. */
export function stands(link: FeedLink): boolean {
  return lackedBooks(link) === 0;
}

/**
 * At once when it has all books, unless `first` counts alone: what the standby brought meanwhile was not taken. When its
 * time is over it needs to have some, and no fewer than `first` has.
 */
export function standbyVerdict(
  [first, standby]: readonly [first: FeedLink, standby: FeedLink],
  isFirstAlone: boolean,
  { dialledNs, openNs, firstBookNs }: StandbyTimes,
  nowNs: number,
): StandbyVerdict {
  const lacked = lackedBooks(standby);
  if (lacked === 0 && !isFirstAlone) return 'promote';
  const fromNs = standby.openNs > 0 ? standby.openNs : dialledNs + openNs;
  if (nowNs - fromNs <= 2 * firstBookNs) return 'wait';
  const isNoWorse = standby.firstBooks.brought > 0 && lacked <= lackedBooks(first);
  return isNoWorse ? 'promote' : 'giveUp';
}

/** How many tokens all open ones of `links` have asked for again in vain. */
export function absentOnAll(links: readonly Opened[], nowNs: number): number {
  const [first, ...others] = links
    .filter(({ openNs }) => openNs > 0)
    .map(({ firstBooks }) => new Set<TokenPlace>(firstBooks.absent(nowNs)));
  return [...(first ?? [])].filter((place) => others.every((places) => places.has(place))).length;
}

/** Markets of which no open one of `links` has brought the book. */
export function lackedByAll(links: readonly Opened[]): number[] {
  const [first, ...others] = links.filter(({ openNs }) => openNs > 0).map(({ firstBooks }) => firstBooks.lacked());
  return (first ?? []).filter((market) => others.every((lacked) => lacked.includes(market)));
}

/** The smallest number that none of `links` has. */
export function freeNumber(links: readonly Pick<FeedLink, 'number'>[]): number {
  const numbers = new Set(links.map(({ number }) => number));
  let free = 0;
  while (numbers.has(free)) free += 1;
  return free;
}

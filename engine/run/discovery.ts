// Discovery of a run at one venue: the thread that reads its list, the first reading before the start, and every later one
// followed. Main thread; decides nothing.
import { type Deferred, deferred } from '../core/deferred.ts';
import type { MarketEvent } from '../ingest/market-events.ts';
import type { MarketNews } from '../ingest/market-news.ts';
import type { DiscoveryTask } from '../threads/discovery-worker.ts';
import { type DiscoveryThread, startDiscovery } from '../threads.ts';
import type { MarketMeta, Relation } from '../venue/contract.ts';
import { withBuilderFee } from '../venue/fees.ts';
import type { DiscoveryNews } from '../venue/polymarket/gamma-news.ts';
import type { Taken } from '../venue/taken.ts';
import { StoppedError, UnreachableError } from './engine.ts';
import { FollowMarkets } from './follow-markets.ts';

const CLOSE_MS_MAX = 1_000;

/** Who does what readings ask for. */
export interface Follower {
  readonly detectors: number;
  /** Detector of a registered market; undefined: it is not registered. */
  detectorOf(id: string): number | undefined;
  /** Markets that come, go and change. */
  tell(news: readonly MarketNews[]): void;
  /** Of these, the ones that are new, and complete sets that are; told after `tell`. */
  found(added: readonly MarketMeta[], sets: readonly Relation[]): void;
}

export class Discovery {
  readonly #thread: DiscoveryThread;
  readonly #name: string;
  readonly #builderFeeBps: number;
  readonly #log: (text: string) => void;
  readonly #first: Deferred<DiscoveryNews> = deferred();
  #readings = 0;
  /** Complete sets of the first reading. */
  #traded: readonly Relation[] = [];
  #follow: FollowMarkets | undefined;
  #follower: Follower | undefined;
  #waiting: DiscoveryNews[] = [];

  /** `onNews`: told of every reading, before it is followed. */
  constructor(task: DiscoveryTask, log: (text: string) => void, onNews: (news: DiscoveryNews) => void) {
    const name = task.venue === 'kalshi' ? 'Kalshi' : 'Gamma';
    this.#name = name;
    this.#builderFeeBps = task.config.venues.polymarket.builderFeeBps;
    this.#log = log;
    const onLost = (why: string): void => {
      this.#first.reject(new Error(`discovery of ${name} ${why}`));
      log(`discovery of ${name} ${why}; its markets stay as they are`);
    };
    const onReading = (news: DiscoveryNews): void => {
      onNews(news);
      this.#onNews(news);
    };
    this.#thread = startDiscovery(task, onReading, onLost);
  }

  /** The first reading. Rejects with UnreachableError when nothing could be read, with StoppedError at `stop`. */
  first(stop?: AbortSignal): Promise<DiscoveryNews> {
    const onStop = (): void => this.#first.reject(new StoppedError('stopped while the list of markets was being read'));
    if (stop?.aborted === true) onStop();
    stop?.addEventListener('abort', onStop, { once: true });
    return this.#first.promise;
  }

  /** From now on readings are followed; those since the first, which must be there, are made up for. */
  follow(follower: Follower): void {
    this.#follow = new FollowMarkets(follower.detectors, this.#traded, follower.detectorOf);
    this.#follower = follower;
    for (const news of this.#waiting.splice(0)) this.#onNews(news);
  }

  /** What the venue's feed told of a market. */
  told(event: Exclude<MarketEvent, { kind: 'refused' }>): void {
    this.#thread.tell(event);
  }

  /** Another venue has taken that of the arena; later readings count it. */
  taken(taken: Taken): void {
    this.#thread.tell({ kind: 'taken', taken });
  }

  /** Ends the thread; waits a moment for it. */
  async close(): Promise<void> {
    this.#follower = undefined;
    this.#thread.tell({ kind: 'stop' });
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, CLOSE_MS_MAX);
    });
    await Promise.race([this.#thread.ended, late]);
    clearTimeout(timer);
  }

  #onNews(news: DiscoveryNews): void {
    this.#readings += 1;
    const [problem] = news.problems;
    if (this.#readings === 1) {
      if (news.pages === 0 && problem !== undefined)
        this.#first.reject(new UnreachableError(`${this.#name}: ${problem}`));
      else {
        this.#traded = news.relations;
        this.#first.resolve(news);
      }
    } else if (this.#follow === undefined || this.#follower === undefined) this.#waiting.push(news);
    else {
      const added = withBuilderFee(news.added, this.#builderFeeBps);
      const { markets, sets, lines } = this.#follow.follow({ ...news, added });
      this.#follower.tell(markets);
      if (added.length + sets.length > 0) this.#follower.found(added, sets);
      for (const line of lines) this.#log(line);
    }
  }
}

// Starts the engine of a run in its topology: everything from the sockets to the opportunity rings. Main thread.
import type { Config } from '../config/schema.ts';
import type { Secrets } from '../config/secrets.ts';
import type { Clock } from '../core/clock.ts';
import type { IngestSetup } from '../ingest/ingest-setup.ts';
import type { MarketEvent } from '../ingest/market-events.ts';
import type { RunHooks } from '../observe/driver.ts';
import * as pipeline from '../pipeline.ts';
import type { PostRoute } from '../signer/post-box.ts';
import type { VerifyTask } from '../threads/verify-worker.ts';
import type { MarketMeta } from '../venue/contract.ts';
import type { Engine, Loss } from './engine.ts';

const SPINS = 200;

/** Who is told of what goes on in the engine. */
export interface EngineHost {
  /** The executor's turn, right after a frame in topology inline. */
  executorTurn(): number;
  /** A thread is gone or stuck. */
  lost(loss: Loss): void;
  /** A venue answered a subscription with an error. */
  venueError(connection: number, code: number, message: string): void;
  /** The venue told of a market; absent: nobody wants to know. */
  marketEvent?(event: MarketEvent): void;
}

export interface EngineParts {
  readonly memory: pipeline.EngineMemory;
  readonly startNs: bigint;
  readonly clock: Clock;
  /** Made by `prepare` before anything is told. */
  readonly host: () => EngineHost;
  readonly prepare: () => Promise<pipeline.Foundation>;
  /** undefined: nothing verifies the books beside it. */
  readonly verify: VerifyTask | undefined;
  /** Absent: orders are not signed by another process. */
  readonly post?: PostRoute | undefined;
}

/** Where books come from, as far as the config does not say it. */
export interface FeedPlaces {
  readonly marketUrl: string | undefined;
  readonly restUrl?: string | undefined;
  readonly kalshiHandshakes?: SharedArrayBuffer | undefined;
}

/** Where ingest dials to and what it serves; nobody can push without a token, so without one nothing listens. */
export function ingestSetupOf(
  config: Config,
  markets: readonly MarketMeta[],
  { marketUrl, restUrl, kalshiHandshakes }: FeedPlaces,
  secrets: Secrets,
  hooks: RunHooks,
): IngestSetup {
  const feedToken = secrets.feedToken?.reveal() ?? '';
  const setup = pipeline.ingestSetup(config, markets, {
    ...{
      marketUrl,
      restUrl,
      feedToken,
      seed: config.simulate.seed,
      kalshi: kalshiFeedOf(config, secrets, kalshiHandshakes),
    },
  });
  if (feedToken !== '' || setup.feedServer === undefined) return setup;
  hooks.log('feed server: closed, no token in ingest.feedServer.tokenFile or DUTCHBOOK_FEED_TOKEN');
  return { ...setup, feedServer: undefined };
}

/** Kalshi's feed with its key, which goes to the ingest thread and nowhere else; or without, where a signer has it. */
function kalshiFeedOf(
  { venues }: Config,
  { kalshi }: Secrets,
  handshakes?: SharedArrayBuffer,
): pipeline.IngestPlace['kalshi'] {
  const { webSocketUrl: url, restUrl } = venues.kalshi;
  if (url !== undefined && handshakes !== undefined) return { url, restUrl, handshakes };
  if (url === undefined || kalshi.keyId === undefined || kalshi.privateKey === undefined) return undefined;
  return { url, restUrl, keyId: kalshi.keyId.reveal(), privateKeyPem: kalshi.privateKey.reveal() };
}

/** Loads only the topology that runs: what it imports is a good part of a start. */
export async function startEngine(
  config: Config,
  topology: 'threads' | 'inline',
  setup: IngestSetup,
  { memory, startNs, clock, host, prepare, verify, post }: EngineParts,
): Promise<Engine> {
  if (topology === 'inline') {
    const { startInlineEngine } = await import('./engine-inline.ts');
    // Loaded before the sockets open: what it imports would hold up the first frames.
    const beside = verify === undefined ? undefined : await import('./verify-beside.ts');
    const engine = await startInlineEngine({
      ...{ clock, prepare, ingest: setup, settings: pipeline.detectSettings(config, 'full') },
      warmUpFrames: config.warmUpFrames,
      onFrame: () => host().executorTurn(),
      onVenueError: (connection, code, message) => host().venueError(connection, code, message),
      onMarketEvent: (event) => host().marketEvent?.(event),
    });
    if (verify === undefined || beside === undefined) return engine;
    return beside.withVerifier(engine, verify, memory, startNs, (loss) => host().lost(loss));
  }
  const { startThreadsEngine } = await import('./engine-threads.ts');
  return startThreadsEngine({
    ...{ memory, startNs, prepare, verify, post, ingest: pipeline.ingestTask(config, setup, config.drill) },
    detectors: pipeline.detectTasks(config, memory.arena.detectors, SPINS, 'full', config.drill),
    onLost: (loss) => host().lost(loss),
    onVenueError: (connection, code, message) => host().venueError(connection, code, message),
    onMarketEvent: (event) => host().marketEvent?.(event),
  });
}

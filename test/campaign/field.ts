// The field of a campaign: both simulated venues and the engine of a run on topology inline between them, over real sockets in
// this process, so that whoever judges sees both sides at one moment.
import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import type { Breaker } from '../../engine/breaker/breaker.ts';
import { CAUSE_MANUAL } from '../../engine/breaker/causes.ts';
import type { Config } from '../../engine/config/schema.ts';
import { LiveClock } from '../../engine/core/clock.ts';
import { Random } from '../../engine/core/random.ts';
import type { Executor } from '../../engine/execute/execute.ts';
import { dial } from '../../engine/ingest/dial.ts';
import { createMemorySink, Journal, type JournalSink } from '../../engine/ledger/journal.ts';
import * as pipeline from '../../engine/pipeline.ts';
import type { Engine } from '../../engine/run/engine.ts';
import { startInlineEngine } from '../../engine/run/engine-inline.ts';
import { askBooks, type BookAsker } from '../../engine/threads/ask-books.ts';
import type { TradingVenue } from '../../engine/venue/contract.ts';
import { KalshiGateway } from '../../engine/venue/kalshi/gateway.ts';
import { createKalshiOrderMaker } from '../../engine/venue/kalshi/maker.ts';
import { KalshiSigner } from '../../engine/venue/kalshi/sign.ts';
import { readCashMicros } from '../../engine/venue/polymarket/balance.ts';
import { PolymarketGateway } from '../../engine/venue/polymarket/gateway.ts';
import { createOrderMaker } from '../../engine/venue/polymarket/maker.ts';
import { identityOf, SIGNATURE_TYPE } from '../../engine/venue/polymarket/order-form.ts';
import { localSeal } from '../../engine/venue/polymarket/seal.ts';
import { OrderSigner } from '../../engine/venue/polymarket/sign.ts';
import type { AccountSetup } from '../../engine/venue/sim/accounts.ts';
import { KalshiLists } from '../../engine/venue/sim/kalshi-lists.ts';
import { KalshiVenue } from '../../engine/venue/sim/kalshi-venue.ts';
import { openVenue, type Venue } from '../../engine/venue/sim/venue.ts';
import type { DialUser } from '../../engine/venue/user-socket.ts';
import * as settings from './config.ts';
import { Eye } from './eye.ts';
import type { CampaignTape } from './tape.ts';

/** How one campaign is drawn. */
export interface FieldPlan {
  readonly seed: number;
  /** Order request on which Polymarket restarts, 0: never. */
  readonly restartAt: number;
  readonly config: Config;
  readonly tape: CampaignTape;
  /** Share of the journal's syncs in the middle of which the breaker trips. */
  readonly tripInSync: number;
}

export interface Field {
  readonly polymarket: Venue;
  readonly kalshi: KalshiVenue;
  readonly foundation: pipeline.Foundation;
  readonly executor: Executor;
  readonly breaker: Breaker;
  readonly eye: Eye;
  readonly clock: LiveClock;
  /** Address of our account at Polymarket, and the key's id at Kalshi. */
  readonly names: { readonly polymarket: string; readonly kalshi: string };
  readonly counts: { tripsInSync: number };
  /** Tells the engine of markets, as the lists do that a run reads besides the stream. */
  tell: Engine['tell'];
  /** Cash of our accounts as the venues answer by REST. */
  readCash(): Promise<{ readonly polymarket: number; readonly kalshi: number }>;
  journalBytes(): Buffer;
  /** One turn of everything on this thread; 0 = idle. */
  turn(): number;
  idle(): Promise<void>;
  close(): Promise<void>;
}

const USER_AGENT = 'dutchbook-campaign';
const WARM_UP_FRAMES = 2_000;
const TRIP_SEED = 0x74726970;

// tidy-ok: wiring in order, no decisions
export async function openField(plan: FieldPlan): Promise<Field> {
  const { config, tape, seed } = plan;
  const clock = new LiveClock();
  const eye = new Eye(clock);
  const signer = new OrderSigner(randomBytes(32));
  const keyId = randomUUID();
  const keys = generateKeyPairSync('rsa', {
    modulusLength: 2_048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const account = accountOf(signer.address);
  const polymarket = await openVenue({
    ...{ seed, speed: 1, frames: tape.polymarket, faults: settings.polymarketFaults(plan.restartAt) },
    markets: tape.metas.filter(({ venue }) => venue === 'polymarket'),
    accounts: [account, accountOf(`0x${'ab'.repeat(20)}`)],
    ...{ latency: settings.POLYMARKET_LATENCY, settlement: settings.SETTLEMENT, userFaults: settings.USER_FAULTS },
    onPost: (ids) => eye.arrived('polymarket', ids),
  });
  const kalshi = new KalshiVenue({
    ...{ keyId, publicKeyPem: keys.publicKey, frames: tape.kalshi, lists: new KalshiLists(), speed: 1 },
    faults: settings.kalshiFaults(),
    trading: {
      ...{ cashMicros: settings.CASH_MICROS, terms: tape.terms, seed, latency: settings.KALSHI_LATENCY },
      onPost: (ids) => eye.arrived('kalshi', ids),
    },
  });
  await kalshi.open();
  const foundation = pipeline.layFoundation(config, tape.metas, tape.relations, 1);
  const { arena } = foundation;
  const dialUser: DialUser = (url, options) => dial(url, { ...options, transport: 'native' });
  const common = { deadlineMs: settings.DEADLINE_MS, redialMs: settings.REDIAL_MS, userAgent: USER_AGENT };
  const { apiKey, secret, passphrase } = account;
  const credentials = { apiKey, secret, passphrase };
  const seal = localSeal(signer, identityOf(signer.address, SIGNATURE_TYPE.eoa));
  const { restUrl: httpUrl, userUrl } = polymarket;
  const kalshiSigner = new KalshiSigner(keyId, keys.privateKey);
  const ofAccount = { httpUrl, credentials, address: signer.address, signatureType: 0, userAgent: USER_AGENT };
  const venues: TradingVenue[] = [
    {
      gateway: new PolymarketGateway(
        { httpUrl, userUrl, dial: dialUser, credentials, address: signer.address, ...common },
        clock,
      ),
      maker: createOrderMaker(arena, new Random(seed), { seal, owner: apiKey }),
    },
    {
      gateway: new KalshiGateway(
        {
          ...{ httpUrl: kalshi.restUrl, userUrl: kalshi.url, dial: dialUser, ...common },
          signer: kalshiSigner,
        },
        clock,
      ),
      maker: createKalshiOrderMaker(arena, new Random(seed)),
    },
  ];
  for (const { gateway } of venues) eye.watchGateway(gateway);
  const memory = createMemorySink();
  const counts = { tripsInSync: 0 };
  const drawn = new Random(seed ^ TRIP_SEED);
  const sink: JournalSink = {
    ...memory,
    sync: () => {
      memory.sync();
      if (!isStarted || breaker.isOpen() || !drawn.chance(plan.tripInSync)) return;
      counts.tripsInSync += 1;
      breaker.trip(CAUSE_MANUAL, 0);
    },
  };
  let isStarted = false;
  const asker: BookAsker = askBooks(polymarket.restUrl, clock, config.execute.opportunityAgeMs);
  const { breaker, executor } = pipeline.buildExecution(foundation, {
    ...{ clock, venues, caps: pipeline.orderCapsOf(config), journal: new Journal(sink, `campaign ${seed}`) },
    ...{ limits: config.breaker, options: config.execute, flickerNs: config.detect.flickerMs * 1e6 },
    askBooks: asker.ask,
  });
  eye.watchBreaker(breaker);
  eye.watchLedger(executor.ledger);
  for (const venue of ['polymarket', 'kalshi'] as const) {
    executor.deposit(settings.CASH_MICROS, clock.nowNs(), venue);
  }
  const { marketUrl, restUrl } = polymarket;
  const feed = { url: kalshi.url, restUrl: kalshi.restUrl, keyId, privateKeyPem: keys.privateKey };
  const ingest = pipeline.ingestSetup(config, tape.metas, { marketUrl, restUrl, feedToken: '', seed, kalshi: feed });
  const executorTurn = (): number => executor.doWork(clock.nowNs());
  const engine: Engine = await startInlineEngine({
    ...{ clock, ingest, settings: pipeline.detectSettings(config, 'full'), warmUpFrames: WARM_UP_FRAMES },
    ...{ prepare: async () => foundation, onFrame: () => void executorTurn(), onVenueError: () => undefined },
  });
  isStarted = true;
  return {
    ...{ polymarket, kalshi, executor, breaker, eye, clock, counts, foundation },
    names: { polymarket: signer.address, kalshi: keyId },
    tell: (news) => engine.tell(news),
    readCash: async () => ({
      polymarket: await readCashMicros(ofAccount, clock),
      kalshi: await kalshiCash(kalshi.restUrl, kalshiSigner, clock),
    }),
    journalBytes: () => memory.toBytes(),
    turn: () => engine.doWork(clock.nowNs()) + executorTurn(),
    idle: () => engine.idle(),
    close: async () => {
      executor.close();
      await engine.stop(2_000);
      await Promise.all([...venues.map(({ gateway }) => gateway.close()), asker.close()]);
      await Promise.all([polymarket.close(), kalshi.close()]);
    },
  };
}

function accountOf(address: string): AccountSetup {
  const secret = randomBytes(32).toString('base64url');
  const passphrase = randomBytes(16).toString('hex');
  const cashMicros = settings.CASH_MICROS;
  return { apiKey: randomUUID(), secret, passphrase, signer: address, funder: address, cashMicros };
}

/** Free cash, which is all of it where nothing rests. */
async function kalshiCash(restUrl: string, signer: KalshiSigner, clock: LiveClock): Promise<number> {
  const url = new URL(`${restUrl}/portfolio/balance`);
  const answer = await fetch(url, { headers: signer.headers('GET', url.pathname, clock.wallMs()) });
  const { balance_dollars: dollars } = (await answer.json()) as { balance_dollars: string };
  return Math.round(Number(dollars) * 1e6);
}

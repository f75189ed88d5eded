// The venue a run trades on: the embedded simulated one, in a process of its own, with an account made for this run.
// Main thread. What passes on is URLs and how orders are sent; the account's secrets stay here and in the venue's process.
import { randomBytes, randomUUID } from 'node:crypto';
import type { Config } from '../config/schema.ts';
import type { Clock } from '../core/clock.ts';
import type { Random } from '../core/random.ts';
import { dial } from '../ingest/dial.ts';
import type { ExecutionPlace, Foundation } from '../pipeline.ts';
import type { PostRoute } from '../signer/post-box.ts';
import type { Gateway, NettedHoldings, OrderMaker, VenueName } from '../venue/contract.ts';
import { PolymarketGateway } from '../venue/polymarket/gateway.ts';
import { createOrderMaker } from '../venue/polymarket/maker.ts';
import { identityOf, SIGNATURE_TYPE } from '../venue/polymarket/order-form.ts';
import { localSeal } from '../venue/polymarket/seal.ts';
import { OrderSigner } from '../venue/polymarket/sign.ts';
import type { VenueReport } from '../venue/sim/in-process-venues.ts';
import { latencyOf } from '../venue/sim/latency.ts';
import { spawnVenue } from '../venue/sim/spawn.ts';
import type { DialUser } from '../venue/user-socket.ts';
import type { Loss } from './engine.ts';

/** A gateway, with the bytes on its sockets when it has some. */
export type RunGateway = Gateway & Partial<Pick<PolymarketGateway, 'bytes'>>;

/** What a venue says that the account has: micro-dollars, micro-shares, ids of orders. */
export interface AccountState {
  /** Some venues leave out what resting orders hold. */
  readonly cashMicros: number;
  /** Of the tokens that were asked for, and of all others of which the venue says by itself that any are held. */
  readonly positions: ReadonlyMap<string, number>;
  readonly restingOrders: readonly string[];
}

/** A share of a token whose market is over was paid at that. */
export interface Paid {
  readonly token: string;
  readonly payoutE4: number;
}

/** A venue of the run: the way there and the maker of its orders. */
export interface RunVenue {
  readonly gateway: RunGateway;
  readonly maker: OrderMaker;
  /** Asks what the account has; rejects with a sentence. Absent: the venue forgets with the process. */
  readAccount?(tokens: readonly string[]): Promise<AccountState>;
  /** What the venue holds of what was bought, by token. Absent: all of it. */
  netted?(held: ReadonlyMap<string, number>): NettedHoldings;
}

/** How orders are made and sent, by venue. */
export interface VenueDesk extends Pick<ExecutionPlace, 'leftMicros'> {
  readonly venues: readonly RunVenue[];
}

export interface VenueLink {
  /** Polymarket's market channel and REST; undefined: a run on Kalshi's feed alone. */
  readonly marketUrl: string | undefined;
  readonly restUrl: string | undefined;
  /** Signatures for the handshakes of Kalshi's feed (HandshakeBox); absent: ingest has the key itself. */
  readonly kalshiHandshakes?: SharedArrayBuffer | undefined;
  /** One line for people. */
  readonly description: string;
  /** What each venue is started with. */
  readonly deposits: readonly { readonly venue: VenueName; readonly micros: number }[];
  /** Settles when the recording is over: '' or why it broke off. Never for a venue outside. */
  readonly tapeEnded: Promise<string>;
  /** Settles when what the run cannot go on without is gone, with the reason. Absent: there is no such thing. */
  readonly lost?: Promise<Loss>;
  /** The way of orders to the signer's process, for a thread that hands them over. Absent: they go no such way. */
  readonly post?: PostRoute | undefined;
  /** Which of these tokens were paid, and at what; rejects with a sentence. Absent: nothing is paid there unasked. */
  readonly readPaid?: ((tokens: readonly string[]) => Promise<readonly Paid[]>) | undefined;
  /** Which of these tokens are of markets that nobody trades any more; rejects with a sentence. With `readPaid`. */
  readonly readOver?: ((tokens: readonly string[]) => Promise<readonly string[]>) | undefined;
  /** Ways to the venues beside those of the desk, to ask and to cancel. Absent: the venues forget with the process. */
  readonly openGateways?: ((clock: Clock) => readonly Gateway[]) | undefined;
  openDesk(foundation: Foundation, clock: Clock, random: Random): VenueDesk;
  /** Ends the venues; their ledgers, without that of one that died instead of answering. */
  close(): Promise<readonly VenueReport[]>;
}

export const REQUEST_DEADLINE_MS = 2_000;
export const REDIAL_MS = 250;

/** Starts the embedded venue. Rejects with its reason when it cannot serve. */
export async function linkEmbeddedVenue(
  config: Config,
  recording: string,
): Promise<VenueLink & { readonly marketUrl: string }> {
  const { seed, speed, cashMicros, faults, feedFaults, userFaults, settlement } = config.simulate;
  const signer = new OrderSigner(randomBytes(32));
  const credentials = {
    apiKey: randomUUID(),
    secret: randomBytes(32).toString('base64url'),
    passphrase: randomBytes(16).toString('hex'),
  };
  const venue = await spawnVenue({
    ...{
      recording,
      seed,
      speed,
      faults: [...faults],
      feedFaults: [...feedFaults],
      userFaults,
      settlement,
      transport: config.ingest.transport,
    },
    ...{ latency: latencyOf(config.simulate), builderFeeBps: config.venues.polymarket.builderFeeBps },
    accounts: [{ ...credentials, signer: signer.address, funder: signer.address, cashMicros }],
  });
  const { marketUrl, userUrl, restUrl, transportName, pid, tapeEnded } = venue;
  const { dialTransport: transport } = config.ingest;
  const dialUser: DialUser = (url, options) => dial(url, { ...options, transport });
  const redial = { deadlineMs: REQUEST_DEADLINE_MS, redialMs: REDIAL_MS, userAgent: 'dutchbook', dial: dialUser };
  const account = signer.address;
  return {
    ...{ marketUrl, restUrl, tapeEnded, deposits: [{ venue: 'polymarket', micros: cashMicros }] },
    description: `simulated venue: process ${pid}, ${transportName}, ${marketUrl}, ${restUrl}`,
    openDesk: ({ arena }, clock, random) => {
      signer.warmUp();
      const seal = localSeal(signer, identityOf(account, SIGNATURE_TYPE.eoa));
      const maker = createOrderMaker(arena, random, { seal, owner: credentials.apiKey });
      const place = { httpUrl: restUrl, userUrl, credentials, address: account, ...redial };
      return { venues: [{ gateway: new PolymarketGateway(place, clock), maker }] };
    },
    close: async () => {
      const ledger = (await venue.stop())?.ledger;
      return ledger === undefined ? [] : [{ venue: 'polymarket', account, ledger }];
    },
  };
}

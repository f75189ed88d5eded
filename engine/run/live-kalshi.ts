// Kalshi in a run with real money: requests signed by a process of their own, sent to the config's addresses. Main thread. The key
// is in that process alone; handshakes of the feed, which ingest dials, get theirs from it through shared memory.
import type { Config } from '../config/schema.ts';
import { assert } from '../core/assert.ts';
import { type Clock, LiveClock } from '../core/clock.ts';
import { dial } from '../ingest/dial.ts';
import { type KalshiSignerProcess, spawnKalshiSigner } from '../signer/kalshi-spawn.ts';
import {
  type KalshiAccount,
  type KalshiAsker,
  readKalshiAccount,
  readKalshiOver,
  readKalshiPaid,
} from '../venue/kalshi/account.ts';
import { KalshiGateway } from '../venue/kalshi/gateway.ts';
import { HandshakeBox, handshakeMemory } from '../venue/kalshi/handshake-box.ts';
import { createKalshiOrderMaker } from '../venue/kalshi/maker.ts';
import { netted } from '../venue/kalshi/netting.ts';
import { SealedRequests } from '../venue/kalshi/seal.ts';
import { type Loss, UnreachableError } from './engine.ts';
import { REDIAL_MS, REQUEST_DEADLINE_MS, type VenueLink } from './venue-link.ts';

/** How old a handshake's signature may get before there is another. */
const HANDSHAKE_MS = 1_000;

/** Starts the signer and asks the venue for the account. Rejects with a sentence that shows no secret. */
export async function linkLiveKalshi(config: Config): Promise<VenueLink> {
  const { webSocketUrl, restUrl, keyIdFile, privateKeyFile } = config.venues.kalshi;
  assert(webSocketUrl !== undefined && restUrl !== undefined, 'a live run has its addresses');
  assert(keyIdFile !== undefined && privateKeyFile !== undefined, 'a live run has the files of its keys');
  const clock = new LiveClock();
  const socketPath = new URL(webSocketUrl).pathname;
  const pathPrefix = new URL(restUrl).pathname.replace(/\/$/, '');
  const files = { keyFile: privateKeyFile, keyIdFile };
  const signer = await spawnKalshiSigner({ ...files, pathPrefix, socketPath, limits: config.signer }, clock);
  try {
    const asker = { httpUrl: restUrl, signer, userAgent: config.ingest.userAgent };
    const account = await readKalshiAccount(asker, clock);
    const handshakes = await keepSigned(signer, socketPath, clock);
    return {
      ...linkOver(config, signer, asker, webSocketUrl, handshakes),
      deposits: [{ venue: 'kalshi', micros: account.cashMicros }],
      readPaid: (tokens) => readKalshiPaid(asker, tokens, clock).catch(unreachable),
      readOver: (tokens) => readKalshiOver(asker, tokens, clock).catch(unreachable),
      description: `LIVE: orders to ${restUrl}, signed by process ${signer.pid} with an RSA key${foundText(account)}`,
    };
  } catch (error) {
    await signer.close();
    throw new UnreachableError(error instanceof Error ? error.message : String(error));
  }
}

function unreachable({ message }: Error): never {
  throw new UnreachableError(message);
}

/** What the account has besides cash; of an earlier run or of somebody else, which only a journal tells. */
function foundText({ positions, restingOrders }: KalshiAccount): string {
  if (positions.size + restingOrders.length === 0) return '';
  const what = `contracts of ${positions.size} markets, ${restingOrders.length} orders that rest`;
  return `; held from before: ${what} (what a journal does not have is refused when a run goes on from it)`;
}

/** Has the handshake signed again and again; a box that cannot be filled keeps what it has, which the venue then refuses. */
async function keepSigned(signer: KalshiSignerProcess, path: string, clock: LiveClock) {
  const memory = handshakeMemory();
  const box = new HandshakeBox(memory);
  const sign = async (): Promise<boolean> => {
    const headers = await signer.later('GET', path, clock.wallMs());
    if (headers !== undefined) box.put(headers);
    return headers !== undefined;
  };
  if (!(await sign())) throw new Error('Kalshi’s signer did not sign a handshake');
  const timer = setInterval(() => void sign(), HANDSHAKE_MS).unref();
  return { memory, stop: () => clearInterval(timer) };
}

function linkOver(
  { ingest, execute }: Config,
  signer: KalshiSignerProcess,
  asker: KalshiAsker,
  userUrl: string,
  handshakes: Awaited<ReturnType<typeof keepSigned>>,
): Omit<VenueLink, 'deposits' | 'description'> {
  let closing = false;
  const { httpUrl } = asker;
  const gateway = (on: Clock, sealed?: SealedRequests): KalshiGateway => {
    const place = { httpUrl, userUrl, deadlineMs: REQUEST_DEADLINE_MS, redialMs: REDIAL_MS };
    const own = { userAgent: ingest.userAgent, signer, maySend: () => signer.alive() };
    return new KalshiGateway(
      {
        ...{ ...place, ...own, ...(sealed === undefined ? {} : { sealed }) },
        dial: (url, options) => dial(url, { ...options, transport: ingest.dialTransport }),
      },
      on,
    );
  };
  return {
    ...{ marketUrl: undefined, restUrl: undefined, tapeEnded: new Promise(() => undefined) },
    kalshiHandshakes: handshakes.memory,
    lost: new Promise<Loss>((resolve) => {
      void signer.gone.then((how) => {
        if (!closing) resolve({ role: 'signer', why: how });
      });
    }),
    openGateways: (on) => [gateway(on)],
    openDesk: ({ arena }, clock, random) => {
      const sealed = new SealedRequests({
        ...{ seal: signer, clock, httpUrl, isShared: execute.batchWindowUs > 0 },
      });
      const maker = createKalshiOrderMaker(arena, random, undefined, sealed);
      const readOwn = () => readKalshiAccount(asker, clock);
      return { venues: [{ gateway: gateway(clock, sealed), maker, netted, readAccount: readOwn }] };
    },
    close: async () => {
      closing = true;
      handshakes.stop();
      await signer.close();
      // The venue's own word on the account comes with its next start.
      return [];
    },
  };
}

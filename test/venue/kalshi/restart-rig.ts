// What an executor left in its journal at the simulated Kalshi, taken up by another one over real sockets.
import { onTestFinished } from 'vitest';
import { configSchema } from '../../../engine/config/schema.ts';
import { type Clock, LiveClock } from '../../../engine/core/clock.ts';
import { Random } from '../../../engine/core/random.ts';
import { dial } from '../../../engine/ingest/dial.ts';
import { createMemorySink, Journal } from '../../../engine/ledger/journal.ts';
import { readJournal } from '../../../engine/ledger/recover.ts';
import { JournalState } from '../../../engine/ledger/state.ts';
import { buildExecution, layFoundation, orderCapsOf } from '../../../engine/pipeline.ts';
import { bookBeforeAdoption } from '../../../engine/run/before-adoption.ts';
import { reconcile } from '../../../engine/run/reconcile.ts';
import { readKalshiAccount, readKalshiOver, readKalshiPaid } from '../../../engine/venue/kalshi/account.ts';
import { KalshiGateway } from '../../../engine/venue/kalshi/gateway.ts';
import { createKalshiOrderMaker } from '../../../engine/venue/kalshi/maker.ts';
import { netted } from '../../../engine/venue/kalshi/netting.ts';
import { KalshiSigner } from '../../../engine/venue/kalshi/sign.ts';
import { FIRST, KEY_ID, KEYS } from '../../helpers/kalshi.ts';
import { type Rig, TERMS } from './rig.ts';

const USER_AGENT = 'dutchbook-test';
const QUICK = {
  ...{ outcomeWaitMs: 60, askPauseMs: 20, askPauseMaxMs: 60, absentAnswers: 3, absentWindowMs: 400 },
  asksPerSecond: 1_000,
};

/** The first executor dies: nothing it was told after this is in its journal. */
export async function killed(rig: Rig): Promise<JournalState> {
  await rig.gateway.close();
  const state = new JournalState();
  for (const record of readJournal(rig.memory.toBytes()).records) state.apply(record);
  return state;
}

/** Another one goes on from the journal; what came of comparing it with the venue. */
export async function restarted({ venue }: Rig, state: JournalState, isFollowed = true) {
  const clock = new LiveClock();
  const config = configSchema.parse({});
  const { tickRanges, fee } = TERMS;
  const meta = { id: `kalshi:${FIRST}`, venue: 'kalshi', yesToken: FIRST, minSizeMicros: 10_000, tickRanges, fee };
  const foundation = layFoundation(config, isFollowed ? [{ ...meta, venue: 'kalshi' }] : [], [], 1);
  const signer = new KalshiSigner(KEY_ID, KEYS.privateKey);
  const rest = { deadlineMs: 2_000, redialMs: 20, userAgent: USER_AGENT };
  const gateway = new KalshiGateway({ httpUrl: venue.restUrl, userUrl: venue.url, dial, signer, ...rest }, clock);
  const maker = createKalshiOrderMaker(foundation.arena, new Random(9));
  const readAccount = () => readKalshiAccount({ httpUrl: venue.restUrl, signer, userAgent: USER_AGENT }, clock);
  const runVenue = { gateway, maker, netted, readAccount };
  const memory = createMemorySink();
  const { executor } = buildExecution(foundation, {
    ...{ clock, venues: [runVenue], caps: orderCapsOf(config), journal: new Journal(memory, 'hash') },
    ...{ before: state, limits: config.breaker, options: { ...config.execute, ...QUICK }, flickerNs: 0 },
  });
  const adopted = executor.restart.adopt(state, clock.nowNs());
  const timer = setInterval(() => executor.doWork(clock.nowNs()), 2);
  onTestFinished(async () => {
    clearInterval(timer);
    await gateway.close();
  });
  const pause = () => new Promise<void>((resolve) => setTimeout(resolve, 10));
  const { refused, ...counts } = await reconcile(executor, state, [runVenue], { clock, hadCash: () => true, pause });
  return { executor, adopted, refused, counts, memory, rest: { ledger: executor.ledger, venue } };
}

/** Books what can be known of markets that are not followed, as a start does before it takes the journal up. */
export async function booked(
  { venue }: Rig,
  state: JournalState,
  {
    followed = [],
    waitMs = 8_000,
    httpUrl = venue.restUrl,
    stop,
  }: { followed?: string[]; waitMs?: number; httpUrl?: string; stop?: AbortSignal } = {},
) {
  const clock = new LiveClock();
  const signer = new KalshiSigner(KEY_ID, KEYS.privateKey);
  const asker = { httpUrl: venue.restUrl, signer, userAgent: USER_AGENT };
  const place = { httpUrl, userUrl: venue.url, dial, signer, deadlineMs: 2_000, redialMs: 20, userAgent: USER_AGENT };
  const link = {
    readPaid: (tokens: readonly string[]) => readKalshiPaid(asker, tokens, clock),
    readOver: (tokens: readonly string[]) => readKalshiOver(asker, tokens, clock),
    openGateways: (on: Clock) => [new KalshiGateway(place, on)],
  };
  const memory = createMemorySink();
  const journal = new Journal(memory, 'hash');
  const options = { ...configSchema.parse({}).execute, ...QUICK };
  const parts = { options, clock, waitMs, stop, log: () => undefined };
  await bookBeforeAdoption({ journal, state }, link, new Set(followed), parts);
  return readJournal(memory.toBytes()).records;
}

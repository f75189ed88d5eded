// Suite `peers-decode`: the decode suite's work beside the venue's own client, which parses each message and validates it
// against its schema (and keeps no books).
import * as L from '../../wasm/layout.ts';
import { foldedE4, foldedSide } from '../baseline/contract.ts';
import { played } from '../cycle.ts';
import type { Suite, Variant } from '../harness.ts';
import { createDecodeSuite } from '../suites/decode.ts';
import { addLevel, FRAMES_PER_SAMPLE, VerifySum } from '../suites/decode-ours.ts';
import type { Workload } from '../workload.ts';
import { loadPeer } from './install.ts';

interface PriceChangeEvent {
  readonly type: string;
  readonly payload: {
    readonly priceChanges: readonly {
      readonly tokenId: string;
      readonly price: string;
      readonly size: string;
      readonly side: string;
    }[];
  };
}

interface Subscriptions {
  readonly MarketEventSchema: {
    safeParse(message: unknown): { readonly success: boolean; readonly data?: PriceChangeEvent };
  };
}

/** What the client does for each message of its market channel, up to handing the event over. */
async function client(workload: Workload): Promise<Variant> {
  const { MarketEventSchema } = await loadPeer<Subscriptions>('@polymarket/bindings/subscriptions');
  const views = new Map<string, readonly [market: number, view: number]>();
  for (const [market, { yesToken, noToken }] of workload.metas.entries()) {
    views.set(yesToken, [market, L.VIEW_YES]).set(noToken!, [market, L.VIEW_NO]);
  }
  const verify = new VerifySum();
  const { frames } = workload;
  let event: PriceChangeEvent | undefined;
  const play = (first: number): void => {
    for (let index = first; index < first + FRAMES_PER_SAMPLE; index += 1) {
      event = MarketEventSchema.safeParse(JSON.parse(frames[index]!.toString('latin1'))).data;
      if (event?.type !== 'price_change') throw new Error(`frame ${index} was not taken`);
      if (verify.sum === undefined) continue;
      for (const { tokenId, price, size, side } of event.payload.priceChanges) {
        const [market, view] = views.get(tokenId)!;
        const priceE4 = foldedE4(Math.round(Number(price) * 10_000), view);
        addLevel(
          verify.sum,
          market,
          L.KIND_SET,
          foldedSide(side === 'BUY', view),
          priceE4,
          Math.round(Number(size) * 1e6),
        );
      }
    }
  };
  const { begin, fold } = verify;
  return {
    name: '@polymarket/client',
    note: 'leaves prices, sizes and tokens as text and keeps no book',
    ...played({ length: frames.length, step: FRAMES_PER_SAMPLE, play, begin, fold }),
  };
}

export async function createPeersDecodeSuite(workload: Workload): Promise<Suite> {
  const beside = ['dutchbook', 'careful'];
  return {
    name: 'peers-decode',
    operation: 'two-change message to typed changes',
    variants: [
      ...createDecodeSuite(workload).variants.filter(({ name }) => beside.includes(name)),
      await client(workload),
    ],
  };
}

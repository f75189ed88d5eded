// The live path on one thread with a recorder beside it: intake under policy live with its tap, books with the chain over
// them, frames handed in as a socket's read would.
import { parseConfig } from '../../../engine/config/load.ts';
import { arenaPlan } from '../../../engine/config/plan.ts';
import { LiveClock } from '../../../engine/core/clock.ts';
import { DetectAgent, type DetectExports } from '../../../engine/detect/detect.ts';
import { compileWasm } from '../../../engine/detect/host.ts';
import { COPY_TAKE, Copies } from '../../../engine/ingest/copies.ts';
import type { DecodeExports } from '../../../engine/ingest/frame-host.ts';
import { FrameIntake } from '../../../engine/ingest/frames.ts';
import { Arena } from '../../../engine/memory/arena.ts';
import { Counters } from '../../../engine/memory/counters.ts';
import { layFoundation } from '../../../engine/pipeline.ts';
import { FrameWatcher } from '../../../engine/replay/frame-watcher.ts';
import { readManifest } from '../../../engine/replay/manifest.ts';
import type { RecordingHead } from '../../../engine/replay/recording-writer.ts';
import { booksHash, hashedBooks } from '../../../engine/replay/state-hash.ts';
import * as L from '../../../wasm/layout.ts';
import { wasmOver } from '../../helpers/arena.ts';
import { RecorderRig } from './recorder.ts';

export interface RunEnd {
  readonly folder: string;
  readonly chain: string | undefined;
  readonly booksHash: string;
  readonly framesReceived: number;
}

/** A run on the markets of `recording`, recorded. */
export class LiveRun {
  readonly #rig: RecorderRig;
  readonly #intake: FrameIntake;
  readonly #copies: Copies;
  readonly #detect: DetectAgent;
  readonly #watcher: FrameWatcher;
  readonly #foundation: ReturnType<typeof layFoundation>;

  /** `source`: a recording, for its markets. `distrustGaps`: as `record` runs, where a gap makes its own books STALE. */
  constructor(source: string | Pick<RecordingHead, 'markets' | 'relations'>, distrustGaps = false) {
    const { config } = parseConfig('recorder: {enabled: true}\narena: {receiveSlices: 0}', undefined);
    const { markets, relations } = typeof source === 'string' ? readManifest(source) : source;
    const memory = { arena: Arena.create(arenaPlan(config, 1)), module: compileWasm() };
    this.#foundation = layFoundation(config, markets, [], 1, memory);
    const { arena } = memory;
    const clock = new LiveClock();
    this.#rig = new RecorderRig({ arena, head: { markets, relations }, limits: { segmentBytes: 200_000 } });
    this.#copies = new Copies(arena);
    this.#copies.begin(0);
    this.#watcher = new FrameWatcher(arena, { bookChain: true, dumpBooks: undefined, dumpAtFrames: [] });
    this.#detect = new DetectAgent({
      ...{ arena, agentIndex: 1, clock, exports: wasmOver<DetectExports>(arena, 1) },
      ...{ seqScope: 'full', minEdgeMicros: 1, minEdgePerUnitE4: 0 },
      onStep: (frameSeq, touched, count) => this.#watcher.afterFrame(frameSeq, touched, count),
    });
    this.#intake = new FrameIntake({
      ...{ arena, clock, policy: 'live', registerUnknown: false, markets: this.#foundation.markets },
      ...{
        exports: wasmOver<DecodeExports>(arena, 0),
        counters: new Counters(arena, 0),
        tap: this.#rig.tap,
        distrustGaps,
      },
    });
  }

  frame(bytes: Buffer, connection: number, recvNs: number, venue = L.VENUE_POLYMARKET): void {
    this.#intake.accept(bytes, venue, connection, recvNs);
    this.#work(recvNs);
  }

  /** The same, from one of two sockets, 0 and 1, that carry the same frames. */
  copy(bytes: Buffer, link: number, connection: number, recvNs: number): void {
    if (this.#copies.judge(bytes, 0, bytes.length, link) !== COPY_TAKE) {
      this.#intake.offStream.duplicate(bytes.length);
      return;
    }
    this.#intake.copies = this.#copies;
    this.frame(bytes, connection, recvNs);
    this.#intake.copies = undefined;
  }

  loseConnection(connection: number, recvNs: number): void {
    this.#intake.offStream.disconnected(connection, recvNs);
    this.#work(recvNs);
  }

  /** Something that changes books besides frames. */
  offStream(change: (offStream: FrameIntake['offStream']) => void, recvNs: number): void {
    change(this.#intake.offStream);
    this.#work(recvNs);
  }

  /** Evidence from outside against the market's book as the frame `framesBack` ago left it. */
  suspect(market: number, framesBack: number, recvNs: number): void {
    this.#intake.offStream.suspect(market, this.#intake.frameSeq - framesBack, recvNs);
    this.#work(recvNs);
  }

  /** A frame that gives the market another tick; its book keeps its levels in another epoch. */
  changeTick(market: number, tickText: string, connection: number, recvNs: number): void {
    const { markets } = this.#foundation;
    const [conditionId, token] = [markets.idOf(market).split(':')[1], markets.tokenOf(market, L.VIEW_YES)];
    const body = `"market":"${conditionId}","asset_id":"${token}","old_tick_size":"0.01","new_tick_size":"${tickText}"`;
    const venueMs = Math.floor(recvNs / 1e6);
    const text = `{${body},"timestamp":"${venueMs}","event_type":"tick_size_change"}`;
    this.frame(Buffer.from(text), connection, recvNs);
  }

  epochOf(market: number): number {
    const { arena } = this.#foundation;
    return arena.u32[(arena.at(L.REGION_MARKETS, market) + L.MARKET_EPOCH) >> 2]!;
  }

  stateOf(market: number): string {
    return hashedBooks(this.#foundation.arena).stateName(market);
  }

  get markets(): number {
    return this.#foundation.markets.count;
  }

  count(id: number): number {
    return this.#rig.count(id);
  }

  /** A frame that the recorder does not get. */
  loseFrame(): void {
    this.#rig.tap.lose();
  }

  end(): RunEnd {
    this.#rig.agent.close();
    const { arena, markets } = this.#foundation;
    return {
      folder: this.#rig.folder,
      chain: this.#watcher.close().bookChain,
      booksHash: booksHash(arena, markets),
      framesReceived: this.#rig.count(L.COUNTER_FRAMES_RECEIVED),
    };
  }

  #work(recvNs: number): void {
    while (this.#detect.doWork(0) > 0);
    this.#rig.drain(recvNs);
  }
}

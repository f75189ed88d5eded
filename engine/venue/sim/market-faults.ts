// Scripted faults of the simulated market channel: which connections break, fall silent or are refused, and the proof that
// they did. Runs on the venue's event loop; the channel asks, the relay before it plays what no server can.
import { FaultScript, type ScriptedFault } from './fault-script.ts';
import type { Relay } from './relay.ts';
import type { VenueStats } from './stats.ts';

/**
 * On frame number N that is told of a market: `marketDrop` cuts every connection, `marketDropOne` the oldest,
 * `marketDropNewest` the newest, `marketHalfOpen` lets nothing pass any more on those open now, `marketFreeze` ends their frames while their PONGs go on,
 * `marketFreezeOne` those of the oldest, `marketFreezeAsset` those of the frame's own market on all of them. On upgrade N: `marketRefuse` answers 503, `marketRefuse429` and `marketRefuse403` what they say. On subscription N: `marketNoBooks` sends no
 * snapshot for it, `marketFewBooks` none for those beyond the connection's first `tokens`.
 */
export type MarketFaultKind =
  | 'marketDrop'
  | 'marketDropOne'
  | 'marketDropNewest'
  | 'marketHalfOpen'
  | 'marketFreeze'
  | 'marketFreezeOne'
  | 'marketFreezeAsset'
  | 'marketRefuse'
  | 'marketRefuse429'
  | 'marketRefuse403'
  | 'marketNoBooks'
  | 'marketFewBooks';

/** What ends: all frames of all connections, all of the oldest's, those of one market on all of them. */
export type Frozen = 'all' | 'oldest' | 'asset';

export interface MarketFaultRule extends ScriptedFault<MarketFaultKind> {
  /** Tokens of one connection that get snapshots. Default 0. */
  readonly tokens?: number;
}

const REFUSALS: Readonly<Partial<Record<MarketFaultKind, number>>> = {
  marketRefuse: 503,
  marketRefuse429: 429,
  marketRefuse403: 403,
};
const OF_SUBSCRIPTIONS: ReadonlySet<MarketFaultKind> = new Set(['marketNoBooks', 'marketFewBooks']);
const OF_THE_PATH: ReadonlySet<MarketFaultKind> = new Set([
  ...(['marketDrop', 'marketDropOne', 'marketDropNewest', 'marketHalfOpen'] as const),
]);

export class MarketFaults {
  readonly #onFrame: FaultScript<MarketFaultRule>;
  readonly #onUpgrade: FaultScript<MarketFaultRule>;
  readonly #onSubscription: FaultScript<MarketFaultRule>;
  /** True when the channel must stand behind a relay. */
  readonly needsRelay: boolean;
  relay: Relay | undefined;
  #frames = 0;
  #upgrades = 0;
  #subscriptions = 0;

  constructor(rules: readonly MarketFaultRule[], { faults }: VenueStats) {
    const isOfFrames = ({ kind }: MarketFaultRule): boolean =>
      REFUSALS[kind] === undefined && !OF_SUBSCRIPTIONS.has(kind);
    this.#onFrame = new FaultScript(rules.filter(isOfFrames), faults);
    this.#onUpgrade = new FaultScript(
      rules.filter(({ kind }) => REFUSALS[kind] !== undefined),
      faults,
    );
    this.#onSubscription = new FaultScript(
      rules.filter(({ kind }) => OF_SUBSCRIPTIONS.has(kind)),
      faults,
    );
    this.needsRelay = rules.some(({ kind }) => OF_THE_PATH.has(kind));
  }

  /** Before a frame is told: breaks the path, and answers what the channel must freeze. */
  beforeFrame(): readonly Frozen[] {
    this.#frames += 1;
    const frozen: Frozen[] = [];
    for (const { kind } of this.#onFrame.firing(this.#frames)) {
      if (kind === 'marketDrop') this.relay?.cutAll();
      else if (kind === 'marketDropOne') this.relay?.cutOldest();
      else if (kind === 'marketDropNewest') this.relay?.cutNewest();
      else if (kind === 'marketHalfOpen') this.relay?.holdAll();
      else frozen.push(kind === 'marketFreeze' ? 'all' : kind === 'marketFreezeOne' ? 'oldest' : 'asset');
    }
    return frozen;
  }

  /** The status that this upgrade is refused with; undefined: it is not. */
  refusal(): number | undefined {
    this.#upgrades += 1;
    const [rule] = this.#onUpgrade.firing(this.#upgrades);
    return rule === undefined ? undefined : REFUSALS[rule.kind];
  }

  /** How many tokens of its connection, the first of them, get snapshots by this subscription: all, by no fault's doing. */
  tokensWithBooks(): number {
    this.#subscriptions += 1;
    const [rule] = this.#onSubscription.firing(this.#subscriptions);
    return rule === undefined ? Number.POSITIVE_INFINITY : (rule.tokens ?? 0);
  }
}

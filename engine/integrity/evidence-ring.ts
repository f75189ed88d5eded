// Evidence against books on its way to ingest, the only writer of Control records: a ring of one slot each. Writer: the
// verifier's thread; reader: ingest.
import * as L from '../../wasm/layout.ts';
import type { Arena } from '../memory/arena.ts';
import { Ring } from '../memory/ring.ts';

export class EvidenceRing {
  readonly #arena: Arena;
  readonly #ring: Ring;

  constructor(arena: Arena) {
    this.#arena = arena;
    this.#ring = new Ring(arena, arena.at(L.REGION_EVIDENCE_RING, 0));
  }

  /** The verifier: the market's book, as its frame `frameSeq` left it, is wrong. False when the ring is full: say it later. */
  tell(market: number, frameSeq: number): boolean {
    if (this.#ring.free(1) < 1) return false;
    const at = this.#ring.claim(1);
    const { view, bytes } = this.#arena;
    bytes.fill(0, at, at + L.EVIDENCE_BYTES);
    view.setUint32(at + L.EVIDENCE_MARKET, market, true);
    view.setUint8(at + L.EVIDENCE_KIND, L.KIND_EVIDENCE);
    view.setUint32(at + L.EVIDENCE_FRAME_SEQ, frameSeq, true);
    this.#ring.publish();
    return true;
  }

  /** Ingest: takes what was told; answers how much. */
  take(onEvidence: (market: number, frameSeq: number) => void): number {
    const ready = this.#ring.ready();
    const { view } = this.#arena;
    for (let left = ready; left > 0; left -= 1) {
      const at = this.#ring.slotAt(0);
      const market = view.getUint32(at + L.EVIDENCE_MARKET, true);
      const frameSeq = view.getUint32(at + L.EVIDENCE_FRAME_SEQ, true);
      this.#ring.release(1);
      onEvidence(market, frameSeq);
    }
    return ready;
  }
}

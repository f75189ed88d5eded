// The flows that faults are planted in: read once, shared by all cases.
import { RecordingReader } from '../../engine/replay/recording.ts';
import { RECORD_TEXT } from '../../engine/replay/segment.ts';
import type { FeeSchedule, MarketMeta } from '../../engine/venue/contract.ts';
import type { TapeFrame } from '../../engine/venue/sim/tape.ts';

const DEMO = 'recordings/demo';
const FREE: FeeSchedule = { rateE6: 0, exponent: 1, roundMicros: 10 };

export interface Tape {
  readonly markets: readonly MarketMeta[];
  readonly frames: readonly TapeFrame[];
  /** Factor of recorded time. */
  readonly speed: number | 'max';
}

/** The shipped recording's event: five markets whose tops and depths move some eighty times a second. */
export function eventTape(speed: number): Tape {
  const reader = new RecordingReader(DEMO);
  const { markets, relations } = reader.manifest;
  const ids = new Set(relations[0]!.markets);
  const own = markets.filter(({ id }) => ids.has(id)).map((meta) => ({ ...meta, fee: FREE }));
  const conditions = own.map(({ id }) => id.slice(id.indexOf(':') + 1));
  const frames: TapeFrame[] = [];
  while (reader.next()) {
    const { current } = reader;
    if (current.flags !== RECORD_TEXT || current.info.venue !== 'polymarket') continue;
    const bytes = Buffer.from(current.message());
    if (conditions.some((condition) => bytes.includes(condition))) {
      frames.push({ atNs: current.recvNs, bytes, venue: 'polymarket' });
    }
  }
  reader.close();
  return { markets: own, frames, speed };
}

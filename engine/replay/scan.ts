// The scanner: recordings and captures one after the other, each with books and baskets of its own. Main thread; cold
// path.
import type { Scan, ScannedRecording } from '../observe/scan-facts.ts';
import type { VerifyOptions } from '../observe/verify-facts.ts';
import { ImportError } from './import.ts';
import { openScanInput, scanInputsIn } from './scan-input.ts';
import { RecordingScanner } from './scan-recording.ts';
import type { VerifyInput } from './verify-input.ts';

/** Records between two looks at the event loop. */
const BURST = 256;

/** Scans everything `paths` name. Rejects with ImportError, ManifestError, SegmentError or RangeError for unusable input. */
export const scan: Scan = async (paths, options) => {
  const scanned: ScannedRecording[] = [];
  for (const path of paths.flatMap(scanInputsIn)) {
    const input = await opened(path, options);
    if (typeof input === 'string') {
      scanned.push({ ...NOTHING, recording: path, damage: [input] });
      continue;
    }
    try {
      scanned.push(await scanOne(input, options));
    } finally {
      input.release();
    }
    if (options.stop.aborted) break;
  }
  return scanned;
};

const NOTHING: Omit<ScannedRecording, 'recording' | 'damage'> = {
  ...{ frames: 0, recordedNs: 0, markets: 0, relationsLeftOut: 0, baskets: [], lives: [] },
  ...{ opportunitiesDropped: 0, framesRejected: 0, phantoms: 0, naiveTrades: 0 },
};

/** The input, or why there is nothing in it. */
async function opened(path: string, options: VerifyOptions): Promise<VerifyInput | string> {
  try {
    return await openScanInput(path, options);
  } catch (error) {
    if (error instanceof ImportError && error.empty) return error.message;
    throw error;
  }
}

async function scanOne({ recording, name }: VerifyInput, options: VerifyOptions): Promise<ScannedRecording> {
  const { config, stop, onProgress } = options;
  const scanner = new RecordingScanner(recording, config);
  for (let taken = 1; !stop.aborted && scanner.next(); taken += 1) {
    if (taken % BURST !== 0) continue;
    onProgress(scanner.progress);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return scanner.finish(name);
}

// The verifier: recordings and captured files one after the other, each with books of its own. Main thread; cold path.
import type { VerifiedRecording, Verify, VerifyOptions } from '../observe/verify-facts.ts';
import { ImportError } from './import.ts';
import { inputsIn, openInput, type VerifyInput } from './verify-input.ts';
import { RecordingVerifier } from './verify-recording.ts';

/** Records between two looks at the event loop. */
const BURST = 256;

/** Verifies everything `paths` name. Rejects with ImportError, ManifestError, SegmentError or RangeError for unusable input. */
export const verify: Verify = async (paths, options) => {
  const verified: VerifiedRecording[] = [];
  for (const path of paths.flatMap(inputsIn)) {
    const input = await opened(path, options);
    if (typeof input === 'string') {
      verified.push({ ...NOTHING, recording: path, damage: [input] });
      continue;
    }
    try {
      verified.push(await verifyOne(input.recording, input.name, options));
    } finally {
      input.release();
    }
    if (options.stop.aborted) break;
  }
  return verified;
};

/** The input, or why there is nothing in it. */
async function opened(path: string, options: VerifyOptions): Promise<VerifyInput | string> {
  try {
    return await openInput(path, options);
  } catch (error) {
    if (error instanceof ImportError && error.empty) return error.message;
    throw error;
  }
}

const NOTHING: Omit<VerifiedRecording, 'recording' | 'damage'> = {
  ...{ frames: 0, restAnswers: 0, recordedNs: 0, markets: [], baskets: [], faults: [] },
  ...{ deltaFrames: 0, deltaFramesVerified: 0 },
  engine: { topMismatched: 0, mirrorMismatched: 0, framesRejected: 0, phantoms: 0 },
};

async function verifyOne(
  recording: string,
  name: string,
  { config, stop, onProgress }: VerifyOptions,
): Promise<VerifiedRecording> {
  const verifier = new RecordingVerifier(recording, config);
  for (let taken = 1; !stop.aborted && verifier.next(); taken += 1) {
    if (taken % BURST !== 0) continue;
    onProgress(verifier.progress);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return verifier.finish(name);
}

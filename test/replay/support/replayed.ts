// A recording replayed on one thread with the defaults and its book chain.
import { parseConfig } from '../../../engine/config/load.ts';
import { replay } from '../../../engine/replay/replay.ts';

export function replayed(recording: string) {
  const { config, configHash } = parseConfig('', undefined);
  return replay({
    ...{ config, configHash, recording, topology: 'inline', speed: 'max', bookChain: true, dumpBooks: undefined },
    ...{ dumpAtFrames: [], stop: new AbortController().signal, onProgress: () => {} },
  });
}

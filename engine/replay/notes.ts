// What a recorder writes between the messages, as control records: a connection that was lost, a stretch that is
// missing. Written by the recorder's thread, read by whoever plays or verifies a recording. Pure.

/** Why books must not be trusted from here on until their next snapshot. */
export type RecorderNote =
  | { readonly recorder: 'connectionLost' }
  /** `framesLost` frames, of any connection, are missing here. */
  | { readonly recorder: 'gap'; readonly framesLost: number };

const HEAD = '{"recorder":';

/** The note as the bytes of a record. */
export function noteBytes(note: RecorderNote): Buffer {
  return Buffer.from(JSON.stringify(note));
}

/** The note that a control record holds; undefined for others, such as PONG and acknowledgements. */
export function readNote(message: Buffer): RecorderNote | undefined {
  if (message.toString('latin1', 0, HEAD.length) !== HEAD) return undefined;
  try {
    const value = JSON.parse(message.toString('utf8')) as { recorder?: unknown; framesLost?: unknown };
    if (value.recorder === 'connectionLost') return { recorder: 'connectionLost' };
    const { framesLost } = value;
    const isGap = value.recorder === 'gap' && typeof framesLost === 'number' && framesLost > 0;
    return isGap ? { recorder: 'gap', framesLost } : undefined;
  } catch {
    // Not a note of ours: it says nothing.
    return undefined;
  }
}

// The canonical frames as they go over the wire of bench/socket.ts, framed beforehand.

/** Text frames of the whole cycle in one buffer, and where each begins. */
export interface FramedCycle {
  readonly bytes: Buffer;
  readonly starts: readonly number[];
}

/** Frames each payload as one unmasked text message. Throws for lengths that need another header. */
export function framed(payloads: readonly Buffer[]): FramedCycle {
  const starts = [0];
  const parts = payloads.map((payload) => {
    if (payload.length < 126 || payload.length > 65_535) throw new RangeError(`frame of ${payload.length} bytes`);
    const frame = Buffer.concat([Buffer.from([0x81, 126, payload.length >> 8, payload.length & 255]), payload]);
    starts.push(starts.at(-1)! + frame.length);
    return frame;
  });
  return { bytes: Buffer.concat(parts), starts };
}

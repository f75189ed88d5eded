// Where a frame is copied to: aligned like its source, within the scan area, whatever the offset.
import { expect, test } from 'vitest';
import { scanPlace } from '../../engine/ingest/scan-place.ts';

test('a message keeps the alignment it has in its receive buffer and stays inside the scan region', () => {
  const buffer = new ArrayBuffer(64);
  for (let offset = 0; offset < 24; offset += 1) {
    for (let length = 0; length <= 32; length += 1) {
      const at = scanPlace(new Uint8Array(buffer, offset, length), 4096, 32);
      expect(at).toBeGreaterThanOrEqual(4096);
      expect(at + length).toBeLessThanOrEqual(4096 + 32);
      if (length <= 24) expect(at % 8).toBe(offset % 8);
    }
  }
});

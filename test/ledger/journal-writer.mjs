// A process that writes a journal until it is killed, for journal-kills.test.ts: opens the folder, goes on with the records
// where they ended, and tells the number of every record that is durable.
//   node journal-writer.mjs DIR SEGMENT_BYTES PIECES   PIECES above 0: one write takes 9 bytes at most, and the process kills
//                                                      itself behind so many of them, in the middle of a frame as a rule
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const [dir, segmentBytes, pieces] = process.argv.slice(2);
const { writeSync } = fs;
let left = Number(pieces);
if (left > 0) {
  fs.writeSync = (descriptor, bytes) => {
    const taken = writeSync(descriptor, bytes.subarray(0, 9));
    left -= 1;
    if (left === 0) process.kill(process.pid, 'SIGKILL');
    return taken;
  };
  syncBuiltinESMExports();
}
const { openJournalFolder } = await import('../../dist/engine/ledger/journal-folder.js');
const tell = (text) => writeSync(1, `${text}\n`);

tell('opening');
let next = 0;
const { journal, before } = openJournalFolder(dir, {
  configHash: 'abc',
  build: 'writer',
  segmentBytes: Number(segmentBytes),
  onRecord: ({ payoutE4 }) => {
    if (payoutE4 !== next) throw new Error(`record ${payoutE4} where ${next} belongs`);
    next += 1;
  },
});
tell(`opened ${next} ${before.cutBytes}`);
for (;;) {
  // One, or several that share a sync.
  for (let more = 1 + (next % 4); more > 0; more -= 1) {
    journal.append({ type: 'settle', atNs: next, token: 't'.repeat(1 + ((next * 37) % 151)), payoutE4: next });
    next += 1;
  }
  journal.sync();
  tell(`durable ${next}`);
}

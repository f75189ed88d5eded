// Checks the JSON report of a run: it traded against a venue that is not kinder than the real one, and adds up.
import { readFileSync } from 'node:fs';

const report = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const { fills, misses, feesMicros, framesReceived, framesRejected, framesDropped, topology, threads } = report;
const threadOf = (name) => threads.find(({ role }) => role === name)?.threadId ?? 0;
const rules = {
  'it ended with exit code 0': report.exitCode === 0,
  'frames came in over sockets': framesReceived > 0 && report.socketBytesReceived > 0,
  'no frame was rejected or dropped': framesRejected === 0 && framesDropped === 0,
  'some orders were filled': fills > 0,
  'some orders missed': misses > 0,
  'fees were paid': feesMicros > 0,
  'our ledger equals the venue’s': report.venueLedgerEqual === true,
  'P&L is the sum of its parts': report.pnlMicros === report.realisedMicros + report.lockedMicros + report.openMicros,
  'no outcome is unknown': report.unknownOutcomes === 0,
  'decode and detect ran on two threads':
    topology !== 'threads' ||
    (threadOf('ingest') > 0 && threadOf('detect0') > 0 && threadOf('ingest') !== threadOf('detect0')),
};
console.log(JSON.stringify({ framesReceived, fills, misses, feesMicros, pnlMicros: report.pnlMicros, topology }));
for (const [rule, holds] of Object.entries(rules)) console.log(`${holds ? 'ok  ' : 'NOT '} ${rule}`);
process.exit(Object.values(rules).every(Boolean) ? 0 : 1);

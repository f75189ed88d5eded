// Checks that several replays of one recording came to one state hash and one book chain, with nothing rejected.
import { readFileSync } from 'node:fs';

const reports = process.argv.slice(2).map((file) => JSON.parse(readFileSync(file, 'utf8')));
const distinct = (key) => new Set(reports.map((report) => report[key]));
for (const report of reports) console.log(report.topology, report.stateHash, report.bookChain, report.framesRejected);
const one = ['stateHash', 'bookChain', 'framesReceived', 'pnlMicros'].every((key) => distinct(key).size === 1);
const sound = reports.every(
  ({ exitCode, framesRejected, framesReceived }) => exitCode === 0 && framesRejected === 0 && framesReceived > 0,
);
process.exit(reports.length >= 2 && one && sound ? 0 : 1);

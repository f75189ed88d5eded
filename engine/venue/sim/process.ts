// The simulated venue as its own process: takes its setup over IPC (or DUTCHBOOK_SIM_SETUP), announces its URLs, plays
// the recording, serves until it is told to stop, and never outlives its parent.
import { readFileSync } from 'node:fs';
import { RecordingReader } from '../../replay/recording.ts';
import { RECORD_TEXT } from '../../replay/segment.ts';
import { withBuilderFee } from '../fees.ts';
import type { JsonValue } from '../json.ts';
import { type FromVenue, SETUP_VARIABLE, type ToVenue, type VenueSetup } from './process-messages.ts';
import type { TapeFrame } from './tape.ts';
import { openVenue, type Venue } from './venue.ts';

let venue: Venue | undefined;
let isStopping = false;

process.on('message', (message: ToVenue) => {
  if (message.kind === 'setup') void open(message.setup);
  else void stop();
});
// The parent is gone: nobody will tell us to stop.
process.on('disconnect', () => void stop());
// Ctrl-C reaches the whole process group; the parent still has to drain and to compare ledgers, and stops us after.
process.on('SIGINT', () => {
  if (process.send === undefined) void stop();
});
process.on('SIGTERM', () => void stop());

if (process.send === undefined) {
  const text = process.env[SETUP_VARIABLE];
  if (text === undefined) fail(`${SETUP_VARIABLE} is not set and there is no parent to ask`);
  else void open(JSON.parse(text) as VenueSetup);
  // A parent without IPC holds our stdin; its end is the parent's.
  process.stdin.on('end', () => void stop());
  process.stdin.resume();
}

async function open(setup: VenueSetup): Promise<void> {
  // Children of ours, and crash reports, must not find the secrets.
  delete process.env[SETUP_VARIABLE];
  try {
    const reader = new RecordingReader(setup.recording);
    const { markets: known, relations } = reader.manifest;
    const markets = withBuilderFee(known, setup.builderFeeBps ?? 0);
    const gammaLists = (setup.gammaFiles ?? []).map((file) => JSON.parse(readFileSync(file, 'utf8')) as JsonValue);
    venue = await openVenue({ ...setup, markets, relations, gammaLists, frames: framesOf(reader) });
  } catch (error) {
    fail(error instanceof Error ? error.message : String(error));
    return;
  }
  const { marketUrl, userUrl, restUrl, gammaUrl, transportName } = venue;
  tell({ kind: 'ready', marketUrl, userUrl, restUrl, gammaUrl, transportName, pid: process.pid });
  const failure = await venue.tapeEnded;
  tell({ kind: 'tapeEnded', failure, stats: venue.stats() });
}

/** Polymarket frames of the recording; each is read before the next is pulled, so views suffice. */
function* framesOf(reader: RecordingReader): Generator<TapeFrame> {
  while (reader.next()) {
    const { current } = reader;
    if (current.flags !== RECORD_TEXT || current.info.venue !== 'polymarket') continue;
    yield { atNs: current.recvNs, bytes: current.message(), venue: 'polymarket' };
  }
  reader.close();
}

async function stop(): Promise<void> {
  if (isStopping) return;
  isStopping = true;
  process.stdin.pause();
  if (venue === undefined) leave();
  else {
    await venue.close();
    tell({ kind: 'closed', ledger: venue.ledger(), stats: venue.stats() }, leave);
  }
}

/** `onTold` runs once the message is on its way, or cannot be. */
function tell(message: FromVenue, onTold: () => void = () => {}): void {
  if (process.send === undefined) process.stdout.write(`${JSON.stringify(message)}\n`, onTold);
  else if (process.connected) process.send(message, undefined, undefined, onTold);
  else onTold();
}

/** Lets the process end: the channel to the parent is the last thing that keeps it. */
function leave(): void {
  if (process.connected) process.disconnect();
}

function fail(error: string): void {
  process.exitCode = 1;
  process.stdin.pause();
  tell({ kind: 'failed', error }, leave);
}

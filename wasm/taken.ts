// decode() and publishOpportunities() as the host calls them, with their times in the agent's scratch region: a double
// handed from JavaScript to WASM is boxed whenever the call is not inlined, 16 bytes for each frame. Ingest's and the
// detector's thread, each with the words of its own agent.
// HOT PATH: allocates nothing.
import { decode } from './decode';
import { publishOpportunities } from './drain';
import { SCRATCH_DONE_NS, SCRATCH_TAKEN_NS } from './layout';
import { scratchAt } from './regions';

/** decode() of a frame received at SCRATCH_TAKEN_NS. */
export function decodeTaken(venue: i32, at: usize, length: i32, connection: i32, frameSeq: u32): i32 {
  return decode(venue, at, length, connection, frameSeq, load<f64>(scratchAt, SCRATCH_TAKEN_NS));
}

/** publishOpportunities() at SCRATCH_DONE_NS. */
export function publishStamped(): i32 {
  return publishOpportunities(load<f64>(scratchAt, SCRATCH_DONE_NS));
}

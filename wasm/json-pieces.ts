// What objects have between their values, learnt from the frames before: the text from a value's end (or the object's
// brace) to the next value, with the comma, the white space and the key. Ingest thread; the only writer of the PIECES.
//
// A writer puts an object's members in the same order and with the same white space again and again. A piece met before
// at the same place of an object is told by one comparison of 32 bytes, in full, and needs no look at what it is made of.
//
// The pieces are a tree for each depth: which pieces have stood first, and behind each one, which have followed its
// value. That only guesses better. What makes a match valid JSON is that a first piece was valid directly behind a brace,
// any other one directly behind a value, and that the lists of the two kinds are kept apart.
import * as L from './layout';
import { tokensAt } from './regions';

const ALL: u64 = ~(<u64>0);

/** The piece for what is not learnt: it describes one member, is in no list, and nothing is behind it. */
function sparePiece(): usize {
  return tokensAt + L.PIECES + (L.PIECES_MAX - 1) * L.PIECE_BYTES;
}

/** A frame begins: when a piece found no room in the one before, all are forgotten, as writers may have changed. */
export function startPieces(): void {
  if (load<u32>(tokensAt, L.PIECES_FULL) === 0) return;
  store<u32>(tokensAt, 0, L.PIECES_FULL);
  store<u32>(tokensAt, 0, L.PIECES_COUNT);
  memory.fill(tokensAt + L.PIECES_FIRST, 0, 4 * (L.DEPTH_MAX + 1));
}

/** Place of the list of the pieces that an object at `depth` has begun with. */
export function firstPieces(depth: i32): usize {
  return tokensAt + L.PIECES_FIRST + ((<usize>depth) << 2);
}

/** Place of the list of the pieces that have stood behind the value of `piece`. */
export function piecesBehind(piece: usize): usize {
  return piece + L.PIECE_BEHIND;
}

/** The piece of the list at `list` that stands at `p`, 0 = none is known. Reads 32 bytes. */
export function pieceAt(list: usize, p: usize): usize {
  const low = v128.load(p);
  const high = v128.load(p, 16);
  let piece = <usize>load<u32>(list);
  // At most PIECES_BESIDE_MAX turns.
  while (piece !== 0) {
    const lowDiffers = v128.and(v128.xor(low, v128.load(piece)), v128.load(piece, L.PIECE_MASK));
    const highDiffers = v128.and(v128.xor(high, v128.load(piece, 16)), v128.load(piece, L.PIECE_MASK + 16));
    if (!v128.any_true(v128.or(lowDiffers, highDiffers))) return piece;
    piece = <usize>load<u32>(piece, L.PIECE_BESIDE);
  }
  return 0;
}

/** True when there is room for one more piece in the list at `list`; notes that there was none. */
function hasRoom(list: usize, bytes: usize): bool {
  if (list === piecesBehind(sparePiece()) || bytes > <usize>L.PIECE_TEXT_BYTES) return false;
  let beside = 0;
  for (let piece = load<u32>(list); piece !== 0; piece = load<u32>(<usize>piece, L.PIECE_BESIDE)) beside += 1;
  if (beside < L.PIECES_BESIDE_MAX && load<u32>(tokensAt, L.PIECES_COUNT) < <u32>(L.PIECES_MAX - 1)) return true;
  store<u32>(tokensAt, 1, L.PIECES_FULL);
  return false;
}

/** Mask word over the bytes of a text of `bytes` bytes that are in its word from `skip` on. */
function maskWord(bytes: usize, skip: usize): u64 {
  if (bytes <= skip) return 0;
  return bytes - skip >= 8 ? ALL : ((<u64>1) << ((<u64>(bytes - skip)) << 3)) - 1;
}

/** Learns that the text from `p` to `value` stands before the value of `key`; answers its piece, which may be the spare one. */
export function learnPiece(list: usize, p: usize, value: usize, key: u32, string: bool): usize {
  const bytes = value - p;
  let piece = sparePiece();
  if (hasRoom(list, bytes)) {
    const count = load<u32>(tokensAt, L.PIECES_COUNT);
    store<u32>(tokensAt, count + 1, L.PIECES_COUNT);
    piece = tokensAt + L.PIECES + <usize>count * L.PIECE_BYTES;
    v128.store(piece, v128.load(p));
    v128.store(piece, v128.load(p, 16), 16);
    for (let skip: usize = 0; skip < 32; skip += 8) {
      store<u64>(piece + skip, maskWord(bytes, skip), L.PIECE_MASK);
    }
    store<u32>(piece, load<u32>(list), L.PIECE_BESIDE);
    store<u32>(piece, 0, L.PIECE_BEHIND);
    store<u32>(list, <u32>piece);
  }
  store<u32>(piece, <u32>bytes, L.PIECE_LENGTH);
  store<u32>(piece, key, L.PIECE_KEY);
  store<u32>(piece, <u32>string, L.PIECE_STRING);
  return piece;
}

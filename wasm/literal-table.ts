// The fixed pieces of Polymarket's layouts as 16-byte blocks at LITERALS_AT, which the scanners compare frames
// with. The ingest thread writes them when it attaches, and reads them.
//
// A comparison with memory takes two loads; one with a constant in the code takes twice the instructions.
import { LITERALS_AT } from './layout';

export const PC_OPEN: usize = LITERALS_AT + 0; // `, "price_changes`
export const PC_OPEN_REST: usize = LITERALS_AT + 16; // `":[{"asset_id":"`
export const PC_PRICE: usize = LITERALS_AT + 32; // `, "price":"0.`, 13 bytes
export const PC_SIZE: usize = LITERALS_AT + 48; // `", "size":"`, 11 bytes
export const PC_SIDE: usize = LITERALS_AT + 64; // `", "side":"BUY",`, and of a sale `", "side":"SELL"`
export const PC_HASH: usize = LITERALS_AT + 96; // `:"BUY", "hash":"`, and of a sale `"SELL", "hash":"`
export const PC_BID: usize = LITERALS_AT + 128; // `, "best_bid":"0.`
export const PC_ASK: usize = LITERALS_AT + 144; // `, "best_ask":"0.`
export const PC_NEXT: usize = LITERALS_AT + 160; // `"}, {"asset_id":`
export const PC_CLOSE: usize = LITERALS_AT + 176; // `"}], "timestamp"`
export const PC_TYPE: usize = LITERALS_AT + 192; // `", "event_type":`
export const PC_TYPE_REST: usize = LITERALS_AT + 208; // `:"price_change"}`
export const EACH_QUOTE: usize = LITERALS_AT + 224; // 16 times the byte
export const EACH_BRACE: usize = LITERALS_AT + 240;
export const EACH_POINT: usize = LITERALS_AT + 256;
export const EACH_ZERO: usize = LITERALS_AT + 272;
export const EACH_A: usize = LITERALS_AT + 288;
export const EACH_4: usize = LITERALS_AT + 304;
export const EACH_9: usize = LITERALS_AT + 320;
export const FIRST_11: usize = LITERALS_AT + 336; // all bits of 11 bytes
export const FIRST_10: usize = LITERALS_AT + 352;
export const LEVEL_PRICE: usize = LITERALS_AT + 368; // `{"price":"0.`, 12 bytes
export const LEVEL_SIZE: usize = LITERALS_AT + 384; // `","size":"`, 10 bytes
export const FIRST_12: usize = LITERALS_AT + 400;
export const FIRST_13: usize = LITERALS_AT + 416;
export const EACH_39: usize = LITERALS_AT + 432; // the digit 9
export const EACH_0F: usize = LITERALS_AT + 448;
export const PAIRS_00FF: usize = LITERALS_AT + 464; // the lower byte of each two
export const SALE_SHIFT: usize = 4; // a sale's block is the next one
export const CLOSE_SHIFT: usize = 4; // so is what ends the last change

function put(at: usize, first: u64, second: u64): void {
  store<u64>(at, first);
  store<u64>(at, second, 8);
}

function putEach(at: usize, byte: u64): void {
  const word = byte * (((<u64>0x01010101) << 32) | 0x01010101);
  put(at, word, word);
}

/** Writes the table. */
export function writeLiterals(): void {
  put(PC_OPEN, ((<u64>0x65636972) << 32) | 0x7022202c, ((<u64>0x7365676e) << 32) | 0x6168635f);
  put(PC_OPEN_REST, ((<u64>0x73736122) << 32) | 0x7b5b3a22, ((<u64>0x223a2264) << 32) | 0x695f7465);
  put(PC_PRICE, ((<u64>0x65636972) << 32) | 0x7022202c, ((<u64>0x2e) << 32) | 0x30223a22);
  put(PC_SIZE, ((<u64>0x657a6973) << 32) | 0x22202c22, 0x223a22);
  put(PC_SIDE, ((<u64>0x65646973) << 32) | 0x22202c22, ((<u64>0x2c225955) << 32) | 0x42223a22);
  put(PC_SIDE + 16, ((<u64>0x65646973) << 32) | 0x22202c22, ((<u64>0x224c4c45) << 32) | 0x53223a22);
  put(PC_HASH, ((<u64>0x202c2259) << 32) | 0x5542223a, ((<u64>0x223a2268) << 32) | 0x73616822);
  put(PC_HASH + 16, ((<u64>0x202c224c) << 32) | 0x4c455322, ((<u64>0x223a2268) << 32) | 0x73616822);
  put(PC_BID, ((<u64>0x5f747365) << 32) | 0x6222202c, ((<u64>0x2e30223a) << 32) | 0x22646962);
  put(PC_ASK, ((<u64>0x5f747365) << 32) | 0x6222202c, ((<u64>0x2e30223a) << 32) | 0x226b7361);
  put(PC_NEXT, ((<u64>0x7361227b) << 32) | 0x202c7d22, ((<u64>0x3a226469) << 32) | 0x5f746573);
  put(PC_CLOSE, ((<u64>0x69742220) << 32) | 0x2c5d7d22, ((<u64>0x22706d61) << 32) | 0x7473656d);
  put(PC_TYPE, ((<u64>0x6e657665) << 32) | 0x22202c22, ((<u64>0x3a226570) << 32) | 0x79745f74);
  put(PC_TYPE_REST, ((<u64>0x5f656369) << 32) | 0x7270223a, ((<u64>0x7d226567) << 32) | 0x6e616863);
  putEach(EACH_QUOTE, 0x22);
  putEach(EACH_BRACE, 0x7d);
  putEach(EACH_POINT, 0x2e);
  putEach(EACH_ZERO, 0x30);
  putEach(EACH_A, 0x61);
  putEach(EACH_4, 4);
  putEach(EACH_9, 9);
  putEach(EACH_39, 0x39);
  putEach(EACH_0F, 0x0f);
  put(PAIRS_00FF, ((<u64>0x00ff00ff) << 32) | 0x00ff00ff, ((<u64>0x00ff00ff) << 32) | 0x00ff00ff);
  put(FIRST_11, ~(<u64>0), 0xffffff);
  put(FIRST_10, ~(<u64>0), 0xffff);
  put(FIRST_13, ~(<u64>0), ((<u64>0xff) << 32) | 0xffffffff);
  put(FIRST_12, ~(<u64>0), 0xffffffff);
  put(LEVEL_PRICE, ((<u64>0x22656369) << 32) | 0x7270227b, ((<u64>0x00000000) << 32) | 0x2e30223a);
  put(LEVEL_SIZE, ((<u64>0x22657a69) << 32) | 0x73222c22, ((<u64>0x00000000) << 32) | 0x0000223a);
}

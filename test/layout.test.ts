// The layout is one file read by two compilers: both must see the same numbers, and no two fields may overlap.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as layout from '../wasm/layout.ts';

const constants = Object.entries(layout) as [string, number][];
const valueByName = new Map(constants);

function wasmExports(): Record<string, unknown> {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 65_536, shared: true });
  const module = new WebAssembly.Module(readFileSync('build/engine.wasm'));
  return new WebAssembly.Instance(module, { env: { memory } }).exports;
}

test('every constant of wasm/layout.ts equals the global of the same name in the built module', () => {
  const exports = wasmExports();
  const globals = Object.entries(exports).filter(([, value]) => value instanceof WebAssembly.Global);
  expect(constants.length).toBeGreaterThan(200);
  for (const [name, value] of constants) {
    // A constant above 2^31 is an i32 with the same bits on the other side.
    const other = Number((exports[name] as WebAssembly.Global | undefined)?.value);
    expect(value > 0x7fffffff && value <= 0xffffffff ? other >>> 0 : other, name).toBe(value);
  }
  const shared = globals.filter(([name]) => /^[A-Z][A-Z0-9_]*$/.test(name));
  expect(shared.length, 'no constant is in the module only').toBe(constants.length);
});

/** One field of a record, its width as the layout's comment states it. */
interface Field {
  readonly name: string;
  readonly at: number;
  readonly each: number;
  readonly bytes: number;
}

const WIDTHS: Readonly<Record<string, number>> = { u8: 1, u16: 2, u32: 4, i32: 4, u64: 8, i64: 8, f64: 8 };

/** Reads `export const NAME = offset; // type[count], …` lines; a line without a type is not a field. */
function fieldsOf(prefix: string): Field[] {
  const fields: Field[] = [];
  for (const line of readFileSync('wasm/layout.ts', 'utf8').split('\n')) {
    const match = /^export const (\w+) = [^;]+; \/\/ ([uif]\d+)(?:\[([^\]]+)\])?(?:,|;|$)/.exec(line);
    if (match === null || !match[1]!.startsWith(`${prefix}_`)) continue;
    const each = WIDTHS[match[2]!];
    if (each === undefined) continue;
    const count = match[3] === undefined ? 1 : (valueByName.get(match[3]) ?? Number(match[3]));
    fields.push({ name: match[1]!, at: valueByName.get(match[1]!)!, each, bytes: each * count });
  }
  return fields;
}

/** Records whose fields carry their type: prefix, bytes of the record, pairs that share bytes on purpose. */
const RECORDS: readonly (readonly [string, number, readonly string[]])[] = [
  ['BREAKER', layout.BREAKER_BYTES, []],
  ['AGENT', layout.AGENT_BYTES, []],
  ['GRID', layout.GRID_BYTES, []],
  ['MARKET', layout.MARKET_BYTES, []],
  ['KEY', layout.KEY_BYTES, []],
  ['BOOK', layout.BOOK_BYTES, []],
  ['BASKET', layout.BASKET_BYTES, []],
  ['LEG', layout.LEG_BYTES, []],
  ['INDEX', layout.MARKET_LEG_BYTES, []],
  ['ENTRY', layout.MARKET_LEG_BYTES, []],
  ['GROUP', layout.GROUP_BYTES, []],
  ['RING', layout.RING_SLOTS, []],
  ['LEVEL', layout.LEVEL_BYTES, []],
  ['FRAME_END', layout.FRAME_END_BYTES, ['FRAME_END_SEQ', 'FRAME_END_SID']],
  ['CONTROL', layout.CONTROL_BYTES, []],
  ['OPPORTUNITY', layout.OPPORTUNITY_BYTES, []],
  ['OPP_LEG', layout.OPP_LEG_BYTES, []],
];

test.each(RECORDS)('fields of %s lie within its %i bytes, aligned, and none over another', (prefix, bytes, shared) => {
  const fields = fieldsOf(prefix).filter(({ name }) => !shared.includes(name));
  expect(fields.length).toBeGreaterThan(1);
  fields.sort((a, b) => a.at - b.at);
  for (const [index, field] of fields.entries()) {
    expect(field.at % field.each, `${field.name} is aligned`).toBe(0);
    const next = fields[index + 1]?.at ?? bytes;
    expect(field.at + field.bytes, `${field.name} ends before the next`).toBeLessThanOrEqual(next);
  }
});

test('records stand on slots, with their kind in the byte that every reader looks at', () => {
  const { RING_SLOT_BYTES, RECORD_KIND } = layout;
  const slots = [
    [layout.LEVEL_BYTES, layout.LEVEL_SLOTS, layout.LEVEL_KIND],
    [layout.FRAME_END_BYTES, layout.FRAME_END_SLOTS, layout.FRAME_END_KIND],
    [layout.CONTROL_BYTES, layout.CONTROL_SLOTS, layout.CONTROL_KIND],
    [layout.OPPORTUNITY_BYTES, layout.OPPORTUNITY_SLOTS, layout.OPPORTUNITY_KIND],
    [layout.OPP_LEG_BYTES, layout.OPP_LEG_SLOTS, layout.OPP_LEG_KIND],
  ] as const;
  for (const [bytes, count, kind] of slots) {
    expect(bytes).toBe(count * RING_SLOT_BYTES);
    expect(kind).toBe(RECORD_KIND);
  }
});

test('the fixed block is in order, and its header holds every region', () => {
  expect(layout.BREAKER_AT).toBe(layout.GUARD_LOW_AT + layout.GUARD_BYTES);
  expect(layout.GUARD_HIGH_AT).toBe(layout.BREAKER_AT + layout.BREAKER_BYTES);
  expect(layout.HEADER_AT).toBe(layout.GUARD_HIGH_AT + layout.GUARD_BYTES);
  expect(layout.HEADER_REGIONS + layout.REGION_COUNT * layout.REGION_ENTRY_BYTES).toBeLessThanOrEqual(
    layout.HEADER_BYTES,
  );
  const ids = constants.filter(([name]) => name.startsWith('REGION_') && !/_(AT|ITEMS|BYTES|EACH|COUNT)$/.test(name));
  expect(ids.map(([, id]) => id).sort((a, b) => a - b)).toEqual(
    Array.from({ length: layout.REGION_COUNT }, (_, id) => id),
  );
});

test('numbers of one kind are distinct: record kinds, counters, rejects, states', () => {
  const groups = [
    /^KIND_/,
    /^COUNTER_(?!BLOCK|BYTES)/,
    /^REJECT_(?!COUNT)/,
    /^BOOK_(EMPTY|SYNCED|PENDING|SUSPECT|STALE)$/,
    /^STAGE_(?!COUNT)/,
  ];
  for (const group of groups) {
    const values = constants.filter(([name]) => group.test(name)).map(([, value]) => value);
    expect(values.length).toBeGreaterThan(4);
    expect(new Set(values).size, String(group)).toBe(values.length);
  }
  const lastReject = Math.max(...constants.filter(([name]) => /^REJECT_(?!COUNT)/.test(name)).map(([, code]) => code));
  expect(lastReject).toBeLessThan(layout.REJECT_COUNT);
  expect(layout.COUNTER_REJECT_FIRST + layout.REJECT_COUNT).toBeLessThanOrEqual(layout.COUNTER_LEVELS_APPLIED);
});

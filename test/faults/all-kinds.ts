// Every kind of fault of the matrix.
import { KALSHI_KINDS } from './kalshi-kinds.ts';
import type { Kind } from './kinds.ts';
import { POLYMARKET_KINDS } from './polymarket-kinds.ts';

export const ALL_KINDS: readonly Kind[] = [...POLYMARKET_KINDS, ...KALSHI_KINDS];

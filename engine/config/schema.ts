// The config's one schema: the single source of types, defaults, units, ranges, descriptions and the editor's JSON
// Schema. A key that is not here is an error.
import { z } from 'zod';
import { signerSchema } from './account.ts';
import { breakerSchema, executeSchema } from './limits.ts';
import { marketsSchema, relationsSchema } from './markets.ts';
import { recorderSchema } from './recorder.ts';
import {
  arenaSchema,
  controlSchema,
  detectSchema,
  drillSchema,
  ingestSchema,
  integritySchema,
  journalSchema,
  observeSchema,
  venuesSchema,
} from './sections.ts';
import { simulateSchema } from './simulate.ts';
import { walletsSchema } from './wallets.ts';

export const configSchema = z
  .strictObject({
    mode: z
      .enum(['paper', 'live'])
      .default('paper')
      .describe(
        'paper trades on a simulated venue. live, with --live on the command line, sends orders with real money.',
      ),
    topology: z
      .enum(['auto', 'threads', 'inline'])
      .default('auto')
      .describe(
        'threads: ingest, detectors and executor apart. inline: these on one; verifier and recorder keep threads of their own. auto: by cores.',
      ),
    detectors: z
      .union([z.literal('auto'), z.int().min(1).max(16)])
      .default('auto')
      .describe('Detector threads; auto: cores less two, 1 to 4.'),
    warmUpFrames: z
      .int()
      .min(0)
      .max(1_000_000)
      .default(10_000)
      .describe(
        'Synthetic frames each hot thread of a run plays in a scratch memory before the feed is dialled; 0: none.',
      ),
    arena: arenaSchema,
    ingest: ingestSchema,
    venues: venuesSchema,
    wallets: walletsSchema,
    markets: marketsSchema,
    relations: relationsSchema,
    integrity: integritySchema,
    detect: detectSchema,
    breaker: breakerSchema,
    execute: executeSchema,
    signer: signerSchema,
    journal: journalSchema,
    control: controlSchema,
    recorder: recorderSchema,
    simulate: simulateSchema,
    observe: observeSchema,
    drill: drillSchema,
  })
  .describe('Dutchbook config.');

type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T;

/** The effective config: every key present, frozen. */
export type Config = DeepReadonly<z.output<typeof configSchema>>;

/** A JSON Schema node, as far as this project reads it. */
export interface SchemaNode {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly default?: unknown;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode | readonly SchemaNode[];
  readonly anyOf?: readonly SchemaNode[];
  readonly oneOf?: readonly SchemaNode[];
}

/** JSON Schema of the file as people write it: defaults are optional. For editors; draft 7 is what they read best. */
export function configJsonSchema(): SchemaNode {
  return z.toJSONSchema(configSchema, { io: 'input', target: 'draft-7' }) as SchemaNode;
}

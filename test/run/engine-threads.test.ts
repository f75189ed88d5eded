// A start on threads that fails while the main thread still prepares: the caller hears of it when that has ended, so
// that whatever it opened can be closed. Runs the built files.
import { createServer } from 'node:net';
import { pathToFileURL } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { configSchema } from '../../engine/config/schema.ts';
import { AgentWords } from '../../engine/memory/agent-words.ts';
import * as pipeline from '../../engine/pipeline.ts';
import * as L from '../../wasm/layout.ts';

type EngineThreads = typeof import('../../engine/run/engine-threads.ts');

const built = pathToFileURL('dist/engine/run/engine-threads.js').href;

test('a port that is taken while the main thread prepares rejects only when it has prepared', async () => {
  const { startThreadsEngine } = (await import(built)) as EngineThreads;
  const holder = createServer();
  await new Promise<void>((done) => holder.listen(0, '127.0.0.1', done));
  onTestFinished(() => void holder.close());
  const { port } = holder.address() as { port: number };
  const config = configSchema.parse({ warmUpFrames: 0, ingest: { feedServer: { port } } });
  const memory = pipeline.createMemory(config, 1);
  const executor = new AgentWords(memory.arena, 2);
  const ingest = new AgentWords(memory.arena, 0);
  let endPreparing!: () => void;
  let rejected: Error | undefined;
  const start = startThreadsEngine({
    ...{ memory, startNs: process.hrtime.bigint(), onLost: () => {}, onVenueError: () => {} },
    ingest: pipeline.ingestTask(
      config,
      pipeline.ingestSetup(config, [], { marketUrl: '', restUrl: undefined, feedToken: 'x', seed: 1 }),
    ),
    detectors: pipeline.detectTasks(config, 1, 1, 'full'),
    prepare: () => {
      pipeline.layFoundation(config, [], [], 1, memory);
      executor.started();
      return new Promise<void>((done) => {
        endPreparing = done;
      });
    },
  }).catch((error: Error) => {
    rejected = error;
  });
  await expect.poll(() => ingest.state, { timeout: 20_000 }).toBe(L.AGENT_ENDED);
  // Turns for what it posted before its end to arrive.
  for (let turn = 0; turn < 1_000; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  expect(rejected).toBeUndefined();
  endPreparing();
  await start;
  expect(rejected?.name).toBe('UnreachableError');
  expect(rejected?.message).toMatch(/feed server/);
});

import { defineConfig } from 'vitest/config';

/** Tests that start whole runs, threads or processes: one file at a time, so that they do not starve each other. */
const WHOLE = [
  'test/run/**/*.test.ts',
  'test/cli/**/*.test.ts',
  'test/bin/**/*.test.ts',
  'test/threads/**/*.test.ts',
  'test/breaker/threads.test.ts',
  'test/campaign/short.test.ts',
  'test/faults/short.test.ts',
  'test/bench/smoke.test.ts',
  'test/bench/compare.test.ts',
  'test/mutation/planted.test.ts',
  'test/venue/sim/process.test.ts',
];

export default defineConfig({
  test: {
    pool: 'forks',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'parts',
          include: ['test/**/*.test.ts'],
          exclude: ['**/node_modules/**', 'test/clients/**', ...WHOLE],
          // Two at a time on two cores: the default leaves one core to this process, which has nothing to do.
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: { name: 'whole', include: WHOLE, fileParallelism: false, sequence: { groupOrder: 1 } },
      },
    ],
  },
});

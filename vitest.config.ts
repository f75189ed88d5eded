import { defineConfig } from 'vitest/config';

/** Tests that start whole runs: most of their time they wait for a recording to be played, so two files go at a time. */
const RUNS = [
  'test/run/**/*.test.ts',
  'test/cli/**/*.test.ts',
  'test/bin/**/*.test.ts',
  'test/venue/sim/process.test.ts',
  'test/mutation/planted.test.ts',
  'test/bench/compare.test.ts',
];

/** Tests that need the machine for themselves: threads that race, recordings played at many times their speed, hours of work in short. */
const ALONE = [
  'test/run/record.test.ts',
  'test/threads/**/*.test.ts',
  'test/breaker/threads.test.ts',
  'test/campaign/short.test.ts',
  'test/faults/short.test.ts',
  'test/bench/smoke.test.ts',
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
          exclude: ['**/node_modules/**', 'test/clients/**', ...RUNS, ...ALONE],
          // Two at a time on two cores: the default leaves one core to this process, which has nothing to do.
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: { name: 'runs', include: RUNS, exclude: ALONE, maxWorkers: 2, sequence: { groupOrder: 1 } },
      },
      {
        extends: true,
        test: { name: 'alone', include: ALONE, fileParallelism: false, sequence: { groupOrder: 2 } },
      },
    ],
  },
});

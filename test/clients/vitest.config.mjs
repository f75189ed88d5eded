// How the tests of the official clients are run: by themselves, on a Node that their packages support, and with names
// beyond this machine out of reach. From the root: npm run test:clients
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    pool: 'forks',
    include: ['test/clients/*.test.ts'],
    setupFiles: ['test/clients/loopback-only.ts'],
    testTimeout: 20_000,
  },
});

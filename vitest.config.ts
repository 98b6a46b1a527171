import os from 'node:os';
import path from 'node:path';
import { defineConfig } from 'vitest/config';
import { faultsIn, whyNoFaults } from './server/src/testing/faults/faults.ts';

/** Many tests wait more than they work: two at once also where there are two cores. */
const workers = Math.max(2, os.availableParallelism() - 1);

/** Longer than anything takes on a machine that does much else. */
const PATIENCE_MS = 30_000;
const patient = { expect: { poll: { timeout: PATIENCE_MS } } };

/** Where a report for machines goes, beside what people read. */
const report = process.env.OPENCTS_TEST_REPORT;

export default defineConfig({
  test: {
    reporters: report ? ['default', ['json', { outputFile: report }]] : ['default'],
    projects: [
      { test: { name: 'console', include: ['console/src/**/*.test.ts'], maxWorkers: workers } },
      { test: { name: 'client', include: ['client/src/**/*.test.ts'], maxWorkers: workers } },
      {
        test: {
          ...patient,
          name: 'server',
          include: ['server/src/**/*.test.ts'],
          exclude: ['server/src/**/*.faults.test.ts'],
          maxWorkers: workers,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        // Below these tests calls on files fail. All share the rules: one file after the other.
        test: {
          ...patient,
          name: 'faults',
          include: ['server/src/**/*.faults.test.ts'],
          globalSetup: 'server/src/testing/faults/setup.ts',
          env: whyNoFaults ? {} : faultsIn(path.join(os.tmpdir(), `opencts-faults-${process.pid}`)),
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          ...patient,
          name: 'attack',
          include: ['server/attack/**/*.test.ts'],
          testTimeout: 900_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          ...patient,
          name: 'browser',
          include: ['browser/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
});

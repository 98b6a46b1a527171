import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { TestProject } from 'vitest/node';
import { buildFaults, whyNoFaults } from './faults.ts';

/** Before the first process of the tests begins. */
export default function setup({ config }: TestProject): (() => void) | undefined {
  if (whyNoFaults) {
    console.warn(`skipped, failing disks: ${whyNoFaults}`);
    return undefined;
  }
  const directory = path.dirname(config.env.LD_PRELOAD as string);
  mkdirSync(directory, { recursive: true });
  buildFaults(directory);
  return () => rmSync(directory, { recursive: true, force: true });
}

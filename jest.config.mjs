import { availableParallelism } from 'node:os';

// In Node itself, which takes a third less CPU than jest's contexts, where Node erases types and no coverage is asked for.
const isNative = Boolean(process.features.typescript) && !process.argv.includes('--coverage');

const native = {
  runtime: '<rootDir>/scripts/jest/native-runtime.cjs',
  testEnvironment: '<rootDir>/scripts/jest/native-environment.cjs'
};

export default {
  ...(isNative ? native : {}),
  testMatch: ['<rootDir>/__tests__/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  injectGlobals: false,
  transform: { '^.+\\.ts$': '<rootDir>/scripts/jest/strip-types.cjs' },
  // Processes wait, and a busy machine lets them wait longer.
  testTimeout: 300_000,
  // The tests of processes mostly wait. As a percentage jest takes at most 100; it reads '150%' as 150 workers.
  maxWorkers: Math.ceil(1.5 * availableParallelism()),
  // On a busy machine a worker takes more than jest's half second to exit, and would be called one that leaks.
  workerGracefulExitTimeout: 10_000,
  collectCoverageFrom: ['src/core/**/*.ts', 'src/config/**/*.ts', 'src/bce/**/*.ts'],
  coverageReporters: ['text', 'lcovonly'],
  coverageThreshold: {
    'src/core/': { branches: 95 },
    'src/config/': { branches: 95 },
    'src/bce/': { branches: 95 }
  }
};

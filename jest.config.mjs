export default {
  testMatch: ['<rootDir>/__tests__/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  injectGlobals: false,
  transform: { '^.+\\.ts$': '<rootDir>/scripts/strip-types.cjs' },
  testTimeout: 20_000,
  maxWorkers: '100%',
  collectCoverageFrom: ['src/core/**/*.ts', 'src/config/**/*.ts', 'src/bce/**/*.ts'],
  coverageReporters: ['text', 'lcovonly'],
  coverageThreshold: {
    'src/core/': { branches: 95 },
    'src/config/': { branches: 95 },
    'src/bce/': { branches: 95 }
  }
};

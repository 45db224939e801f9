// A jest runtime that imports a test file into Node itself, not into a V8 context of its own: each module is loaded
// once for all files of a worker, and globals cost nothing. Such contexts take about half as
// much CPU again. The price is that files of one worker share modules and globals, so that a test has to
// restore what it changes; `.ci/run` runs the unit tests and stories both ways.
const { readFileSync } = require('node:fs');
const { createRequire, enableCompileCache, getCompileCacheDir, registerHooks } = require('node:module');
const { dirname } = require('node:path');
const { pathToFileURL } = require('node:url');
const { compileFunction } = require('node:vm');

const globalsUrl = pathToFileURL(require.resolve('./native-globals.mjs')).href;

// Jest's own package of this name only works within its contexts.
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === '@jest/globals' ? { url: globalsUrl, shortCircuit: true } : next(specifier, context)
});
enableCompileCache();
// Programs that a test starts share it: half of what they cost is to erase their types.
process.env.NODE_COMPILE_CACHE ??= dirname(getCompileCacheDir());

const makers = new Map();

/** Makes a CommonJS module anew with each call, but compiles it and looks up what it requires only once. */
function makerOf(file) {
  const make = compileFunction(readFileSync(file, 'utf8'), ['module', 'require'], { filename: file });
  const require = createRequire(file);
  const known = new Map();
  const requireOnce = (name) => known.get(name) ?? known.set(name, require(name)).get(name);
  requireOnce.resolve = require.resolve;
  return () => {
    const made = { exports: {} };
    make(made, requireOnce);
    return made.exports;
  };
}

module.exports = class NativeRuntime {
  /** jest-circus keeps its state in its module, and its handlers in a global: each file gets new ones. */
  requireInternalModule(file) {
    delete globalThis[Symbol.for('EVENT_HANDLERS')];
    if (!makers.has(file)) makers.set(file, makerOf(file));
    const { initialize, ...others } = makers.get(file)();
    // No message for each test: all but a count while tests run is made of what a whole file gives.
    return { ...others, initialize: (given) => initialize({ ...given, sendMessageToJest: undefined }) };
  }

  requireModule(file) {
    return require(file);
  }

  setGlobalsForRuntime(globals) {
    globalThis[Symbol.for('native-jest-globals')] = globals;
  }

  unstable_shouldLoadAsEsm() {
    return true;
  }

  unstable_importModule(file) {
    return import(pathToFileURL(file).href);
  }

  getSourceMaps() {
    return new Map();
  }

  getAllCoverageInfoCopy() {
    return undefined;
  }

  enterTestCode() {}

  leaveTestCode() {}

  teardown() {}
};

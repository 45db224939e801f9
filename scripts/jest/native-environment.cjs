// The environment that belongs to native-runtime.cjs: no context, only the console that jest collects.
module.exports = class NativeEnvironment {
  global = {};
  #console = globalThis.console;

  async setup() {
    globalThis.console = this.global.console;
    // Of jest's own, as lines are true without source maps, and each `expect` and each error takes a stack.
    Error.prepareStackTrace = undefined;
    Error.stackTraceLimit = 10;
  }

  async teardown() {
    globalThis.console = this.#console;
  }

  getVmContext() {
    return null;
  }
};

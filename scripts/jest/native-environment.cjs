// The environment that belongs to native-runtime.cjs: no context, only the console that jest collects.
module.exports = class NativeEnvironment {
  global = {};
  #console = globalThis.console;

  async setup() {
    globalThis.console = this.global.console;
  }

  async teardown() {
    globalThis.console = this.#console;
  }

  getVmContext() {
    return null;
  }
};

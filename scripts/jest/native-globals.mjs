// What '@jest/globals' gives to a test file that runs in Node itself: whatever is current, as a module of the tests
// may be shared by several files.
const current = (name) => globalThis[Symbol.for('native-jest-globals')][name];

const live = (name) =>
  new Proxy(() => undefined, {
    apply: (_target, _self, given) => current(name)(...given),
    get: (_target, key) => current(name)[key]
  });

export const afterAll = live('afterAll');
export const afterEach = live('afterEach');
export const beforeAll = live('beforeAll');
export const beforeEach = live('beforeEach');
export const describe = live('describe');
export const expect = live('expect');
export const it = live('it');
export const test = live('test');

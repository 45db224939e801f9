// Stands in for @actions/exec in the bundle. `@actions/core` imports it only to ask a runner for its version, which
// this action never does. So nothing in the bundle can start a program, and it is a fourteenth smaller.
export const exec = neverStarts;
export const getExecOutput = neverStarts;

function neverStarts() {
  throw new Error('This action starts no programs.');
}

// A jest transform that only erases the types, so that line and column of an error stay true.
// amaro is the eraser inside Node itself; as a package it also serves a Node that has none built in.
const { createHash } = require('node:crypto');
const { transformSync } = require('amaro');

module.exports = {
  process(source) {
    return { code: transformSync(source, { mode: 'strip-only' }).code };
  },
  getCacheKey(source, file, options) {
    return createHash('sha256')
      .update(source)
      .update('\0')
      .update(file)
      .update('\0')
      .update(process.version)
      .update(options.instrument ? 'instrumented' : 'plain')
      .digest('hex');
  }
};

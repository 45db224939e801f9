// A jest transform that only erases the types. Node itself does so where it can, and line and column of an error stay
// true; an older Node leaves it to esbuild, which names the lines in a source map.
const { createHash } = require('node:crypto');
const { stripTypeScriptTypes } = require('node:module');

module.exports = {
  process(source, file) {
    if (stripTypeScriptTypes !== undefined) return { code: stripTypeScriptTypes(source) };
    const { transformSync } = require('esbuild');
    const { code, map } = transformSync(source, {
      loader: 'ts',
      format: 'esm',
      sourcemap: 'external',
      sourcefile: file
    });
    return { code, map };
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

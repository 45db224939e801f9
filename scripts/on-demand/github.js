// Stands in for @actions/github in the bundle: the toolkit itself, with the real undici lent to it first.
import * as undici from '../../node_modules/undici/index.js';
import { lend } from './undici.js';

lend(undici);

export * from '../../node_modules/@actions/github/lib/github.js';

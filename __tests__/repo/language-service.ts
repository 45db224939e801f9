/**
 * GitHub's own checker of workflows and action.yml. Plain Node cannot import it, for it imports JSON without
 * saying so; esbuild makes one file of it, in memory.
 */
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { validate as Validate } from '@actions/languageservice';
import { build } from 'esbuild';
import { read } from './files.ts';

interface Service {
  readonly validate: typeof Validate;
  readonly TextDocument: {
    create(uri: string, language: string, version: number, text: string): Parameters<typeof Validate>[0];
  };
}

/** Lets it follow the call of a reusable workflow of the project's own. */
const fileProvider = {
  getFileContent: async ({ path }: { readonly path: string }) => ({ name: path, content: read(path) })
};

let service: Promise<Service> | undefined;
let count = 0;

/** The problems that the checker finds in a text. */
export async function complaints(kind: 'workflow' | 'action', text: string): Promise<readonly string[]> {
  service ??= load();
  const { validate, TextDocument } = await service;
  // It remembers documents by their address, so that each text needs one of its own.
  count += 1;
  const uri = kind === 'action' ? `file:///${count}/action.yml` : `file:///${count}/.github/workflows/a.yml`;
  const found = await validate(TextDocument.create(uri, 'yaml', 1, text), { fileProvider });
  return found.map(({ message, range }) => `line ${range.start.line + 1}: ${message}`);
}

async function load(): Promise<Service> {
  const { outputFiles } = await build({
    stdin: {
      contents: `export { validate } from '@actions/languageservice';
export { TextDocument } from 'vscode-languageserver-textdocument';`,
      resolveDir: fileURLToPath(new URL('../..', import.meta.url))
    },
    bundle: true,
    write: false,
    format: 'cjs',
    platform: 'node',
    logLevel: 'silent'
  });
  const module = { exports: {} };
  const evaluate = new Function('module', 'exports', 'require', outputFiles[0]?.text ?? '');
  evaluate(module, module.exports, createRequire(import.meta.url));
  return module.exports as Service;
}

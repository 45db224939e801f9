import { describe, expect, test } from '@jest/globals';
import { readAction } from '../../scripts/docs.ts';
import { filesIn, read, stepsOf, workflowFiles, workflowOf } from './files.ts';
import { complaints } from './language-service.ts';

const ours = 'OWNER/rebuild-bcc-instance@v1';
const inputs = readAction(read('action.yml')).inputs;

describe('GitHub’s own checker', () => {
  test('has nothing to say about action.yml', async () => {
    expect(await complaints('action', read('action.yml'))).toEqual([]);
  });

  test.each(workflowFiles())('has nothing to say about %s', async (path) => {
    expect(await complaints('workflow', read(path))).toEqual([]);
  });

  test.each([
    ['a Node that is no more', 'using: node24', 'using: node18'],
    ['an icon that is none', 'icon: refresh-cw', 'icon: no-such-icon'],
    ['a missing entry', '  main: dist/main/index.js\n', '']
  ])('finds %s in action.yml', async (_, good, bad) => {
    expect(await complaints('action', planted('action.yml', good, bad))).not.toEqual([]);
  });

  test.each([
    ['an event that is none', 'workflow_dispatch:', 'workflow_dispatched:'],
    ['a context that is none', 'inputs.imageId }}', 'imputs.imageId }}'],
    ['an input that is not declared', 'inputs.force }}', 'inputs.farce }}'],
    ['a permission that is none', 'permissions: {}', 'permissions: { contest: read }']
  ])('finds %s in a workflow', async (_, good, bad) => {
    expect(await complaints('workflow', planted('examples/dispatch.yml', good, bad))).not.toEqual([]);
  });
});

describe.each(workflowFiles())('%s', (path) => {
  const workflow = workflowOf(path);

  test('grants nothing at the top, and says for each job what it may do and for how long', () => {
    expect(workflow.permissions).toEqual({});
    for (const job of Object.values(workflow.jobs)) {
      expect(job).toMatchObject({ permissions: expect.any(Object), 'timeout-minutes': expect.any(Number) });
    }
  });

  test('pins every action by its commit, with the version beside it', () => {
    const uses = [...read(path).matchAll(/^\s*(?:- )?uses: (.+)$/gm)].map(([, text = '']) => text);
    const loose = uses.filter((text) => !/^[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(text));
    expect(uses.length).toBe(stepsOf(workflow).filter((step) => step.uses !== undefined).length);
    expect(loose.filter((text) => text !== ours && text !== './')).toEqual([]);
  });

  test('gives this action only inputs that it has, and all that it requires', () => {
    for (const step of stepsOf(workflow).filter(({ uses }) => uses === ours || uses === './')) {
      const given = Object.keys(step.with ?? {});
      const required = Object.keys(inputs).filter((name) => inputs[name]?.required === true);
      expect(Object.keys(inputs)).toEqual(expect.arrayContaining(given));
      expect(given).toEqual(expect.arrayContaining(required));
      expect(
        given.filter((name) => ['adminPass', 'keypairId', 'keepImageLogin'].includes(name))
      ).toHaveLength(1);
    }
  });

  test('puts no expression into a script, where it could become a command', () => {
    const scripts = stepsOf(workflow).map((step) => ('run' in step ? String(step.run) : ''));
    expect(scripts.filter((script) => script.includes('$' + '{{'))).toEqual([]);
  });
});

describe.each(filesIn('examples', /\.yml$/))('%s', (path) => {
  test('uses the action, and never cuts off a rebuild for a newer run', () => {
    expect(stepsOf(workflowOf(path)).some(({ uses }) => uses === ours)).toBe(true);
    expect(workflowOf(path).concurrency).toMatchObject({ 'cancel-in-progress': false });
  });

  test('is named in README.md', () => {
    expect(read('README.md')).toContain(`(${path})`);
  });
});

/** A file with a fault planted in it. */
function planted(path: string, good: string, bad: string): string {
  const text = read(path);
  expect(text).toContain(good);
  return text.replace(good, bad);
}

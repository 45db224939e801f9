/** The job summary of a failure, and names in it that others have chosen. */
import { describe, expect, test } from '@jest/globals';
import { adminPass, expectGreen, expectLines, expectRed, type Played, playAll, type Scene } from './scene.ts';

/** Names may be anything; these try to be Markdown, HTML, a table cell, and commands of the runner. */
const hostile = {
  instance: '**bold** |x| <img src=x onerror=alert(1)> `code`\n::error::gotcha\r\n##[error]gotcha2 @octo #1',
  image: '</details></code>\n::set-output name=status::rebuilt\n::warning::w | [a](http://x.example)',
  snapshot: '<script>1</script>\n::add-mask::Done'
} as const;

const scenes = {
  failure: {
    inputs: { timeout: '10s' },
    env: { GITHUB_ACTION_REPOSITORY: 'octo/rebuild', GITHUB_ACTION_REF: 'v1' },
    faults: [{ on: 'RebuildInstance', play: { kind: 'stuck', status: 'Starting' } }]
  },
  nowhere: { env: { RUNNER_TEMP: '/nowhere/at/all' } },
  hostile: {
    debug: true,
    faults: [{ on: 'RebuildInstance', play: { kind: 'unknownStatus', status: '<b>|x\n::error::gotcha' } }],
    world: {
      instances: [{ id: 'i-demo0001', name: hostile.instance }],
      images: [
        { id: 'm-web-1', name: hostile.image },
        { id: 'm-web-2', name: hostile.image }
      ],
      snapshots: [{ id: 's-1', name: hostile.snapshot, volumeId: 'v-sys-demo0001' }]
    }
  },
  hostileFailures: {
    inputs: { instanceId: 'i-refused,i-wrong', timeout: '20s', maxFailures: '1' },
    world: {
      instances: [
        { id: 'i-refused', name: hostile.instance },
        { id: 'i-wrong', name: hostile.instance }
      ],
      images: [
        { id: 'm-web-1', name: 'one' },
        { id: 'm-web-2', name: 'two' },
        { id: 'm-web-3', name: hostile.image }
      ]
    },
    faults: [
      {
        on: 'RebuildInstance',
        instanceId: 'i-refused',
        play: { kind: 'error', status: 400, code: 'Bad', message: `<b>|x|\n::error::gotcha ${adminPass}` }
      },
      {
        on: 'RebuildInstance',
        instanceId: 'i-wrong',
        play: { kind: 'wrongImage', imageId: 'm-web-3' }
      }
    ]
  }
} satisfies Readonly<Record<string, Scene>>;

const played = playAll(
  // It is the post step that writes the summary.
  Object.fromEntries(
    Object.entries<Scene>(scenes).map(([name, scene]) => [name, { ...scene, withPost: true }])
  )
) as (name: keyof typeof scenes) => Promise<Played>;

describe('the summary', () => {
  test('of a failure', async () => {
    const result = await played('failure');
    expectRed(result, { cause: /still Starting/, remedy: /timeout/, changed: true });
    const help = 'https://github.com/octo/rebuild/blob/v1/docs/troubleshooting.md#timedout';
    expect(result.annotations[0]?.message.split('\n').at(-1)).toBe(`Help: ${help}`);
    expectLines(result.summary, [
      '## ❌ Failed to rebuild <code>i-demo0001</code> from image <code>m-web-2</code> web-2',
      /^\| <code>i-demo0001<\/code><br>web-1 \| ❌ failed \|.*\| 1\ds \|$/,
      /^> \*\*i-demo0001: still Starting 10s after the rebuild was accepted\..*\*\*$/,
      /^> The old content of the system disk is gone/,
      /^> \*\*What to do:\*\* Look at the instance in the console/,
      /^> .*\(https:\/\/github\.com\/octo\/rebuild\/blob\/v1\/docs\/troubleshooting\.md#timedout\)$/,
      /^\| Erased \|/
    ]);
  });

  test('and everything that the post step needs must be written before a rebuild is sent', async () => {
    const result = await played('nowhere');
    expect(result.main.exitCode).toBe(1);
    expect(result.rebuilds).toEqual([]);
    const errors = result.annotations.filter(({ level }) => level === 'error');
    expect(errors.map(({ message }) => message)).toEqual([
      expect.stringMatching(
        /^i-demo0001: RebuildInstance: what the post step needs cannot be written: ENOENT.*was not touched/s
      )
    ]);
  });
});

/** Asserts that the log has no command but those of the action, and the summary no markup but its own. */
function expectHarmless(result: Played): void {
  const { stdout } = result.main;
  const text = `${stdout}${result.post?.stdout ?? ''}`;
  const commands = [...text.matchAll(/^\s*::([a-z-]+)/gm)].map(([, name]) => name);
  const own = ['add-mask', 'group', 'endgroup', 'debug', 'error'];
  expect(commands.filter((name) => name === undefined || !own.includes(name))).toEqual([]);
  // The runner takes the old spelling wherever it stands in a line.
  expect(text).not.toMatch('##[');
  expect(result.masks).not.toContain('Done');
  expect(result.annotations.filter(({ message }) => /^gotcha/.test(message))).toEqual([]);
  const { summary } = result;
  const tags = new Set([...summary.matchAll(/<\/?[a-z!][^>]*>/gi)].map(([tag]) => tag));
  const ownTags = [
    '<code>',
    '</code>',
    '<br>',
    '<details>',
    '</details>',
    '<summary>',
    '</summary>',
    '<wbr>'
  ];
  expect([...tags].filter((tag) => !ownTags.includes(tag))).toEqual([]);
  // Every row has as many cells as its table's head.
  for (const table of summary.split('\n\n').filter((part) => part.startsWith('|'))) {
    const widths = table.split('\n').map((row) => row.split('|').length);
    expect(new Set(widths).size).toBe(1);
  }
  for (const bad of ['](http', '**bold**', '@octo', ' #1', '`code`']) {
    expect(summary.includes(bad)).toBe(false);
  }
}

describe('names that others have chosen do no harm', () => {
  test('in a success, and in a status that nobody knows', async () => {
    const result = await played('hostile');
    expectGreen(result, 'rebuilt');
    expectHarmless(result);
    // The output is for programs, and has the name as it is.
    expect(result.report?.instances[0]?.name).toBe(hostile.instance);
    expect(result.outputs['imageName']).toBe(hostile.image);
    expect(Object.keys(result.outputs)).not.toContain('gotcha');
  });

  test('in failures, and in a message of the service that even has the password in it', async () => {
    const result = await played('hostileFailures');
    expect(result.main).toMatchObject({ exitCode: 1, stderr: '' });
    expect(result.annotations.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^i-refused: .*HTTP 400, Bad(.|\n)*what the message names/),
      expect.stringMatching(/^i-wrong: it runs on the image m-web-3 (.|\n)*run again/)
    ]);
    expect(result.outputs).toMatchObject({ status: 'failed', changed: 'true' });
    expect(result.report?.instances.map(({ disk }) => disk)).toEqual(['untouched', 'erased']);
    expectHarmless(result);
  });
});

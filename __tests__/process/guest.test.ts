/** Checks from inside, with the bundle as a process: it loads what it needs on demand, and shows nothing of a script. */
import { describe, expect, test } from '@jest/globals';
import type { Behaviour } from '../../emulator/world/behaviour.ts';
import { expectGreen, expectRebuilds, expectRed, type Played, play, type Scene } from './scene.ts';

/** Quick enough to be waited for in real time. */
const behaviour: Partial<Behaviour> = { agentStaleMs: 1_000, agentBootMs: 500, runDelayMs: 100, runMs: 200 };
const guestScript = '#!/bin/sh\nPASSWORD=hunter2-in-a-script\nsystemctl is-active nginx\n';

function scene(more: Scene): Scene {
  const inputs = { minHealthyTime: '1s', healthDeadline: '20s', ...more.inputs };
  return { ...more, behaviour: { ...behaviour, ...more.behaviour }, inputs };
}

function assistantCalls({ calls }: Played): readonly string[] {
  return calls.filter(({ path }) => path.startsWith('/v1/ca/')).map(({ operation }) => operation);
}

describe('a check from inside', () => {
  test.concurrent('by a script: green, and the script is seen nowhere', async () => {
    const scripts = [{ pattern: 'nginx', stdout: 'active\n' }];
    const played = await play(scene({ scripts, inputs: { guestScript, guestUser: 'deploy' } }));
    expectGreen(played, 'rebuilt');
    expectRebuilds(played, 1);
    expect(new Set(assistantCalls(played))).toEqual(
      new Set(['BatchGetAgent', 'CreateAction', 'GetActionRun'])
    );
    expect(played.log).toContain('run by Cloud Assistant as deploy');
    expect(played.report?.instances[0]?.health?.checks.map(({ check }) => check)).toEqual([
      'assistant://',
      'guestScript'
    ]);
    // The first line that does something is in the plan, and no other.
    expect(played.log).toContain('first line: systemctl is-active nginx');
    expect(played.log).not.toContain('hunter2-in-a-script');
    expect(JSON.stringify(played.outputs)).not.toContain('hunter2-in-a-script');
    expect(played.summary).not.toContain('hunter2-in-a-script');
  });

  test.concurrent('by a script that fails: red, with its last lines, but without those of the first-boot scripts', async () => {
    const userData = '#!/bin/sh\nset -x\nexport TOKEN=hunter2-in-user-data\n';
    const earlier = '#!/bin/sh\nexport TOKEN=hunter2-before-this-run\n';
    const stdout = `+ export TOKEN=hunter2-in-user-data\ninactive (dead)\nwas: export TOKEN=hunter2-before-this-run\n`;
    const scripts = [
      { pattern: 'nginx', imageId: 'm-web-2', exitCode: 3, stdout },
      { pattern: 'nginx', exitCode: 0 }
    ];
    const world = { instances: [{ id: 'i-demo0001', userData: earlier }] };
    // Only a run that may roll back reads the script that the instance had before.
    const inputs = { guestScript, userData, rollback: 'true', healthDeadline: '10s' };
    const played = await play(scene({ scripts, world, inputs }));
    expectRed(played, { cause: /exit code 3/, remedy: /new image/, changed: true, status: 'rolledBack' });
    expect(played.log).toContain('| + ***');
    expect(played.log).toContain('| inactive (dead)');
    expect(played.log).toContain('| was: ***');
    expect(played.everything).not.toContain('hunter2-in-user-data');
    expect(played.everything).not.toContain('hunter2-before-this-run');
  });
});

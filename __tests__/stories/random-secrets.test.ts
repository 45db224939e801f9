/**
 * Whole runs with random secrets, on random switches and faults, on a virtual clock. Services echo what they were sent,
 * in any spelling; whatever they echo, nothing that comes out of a run shows a secret.
 */
import { expect, test } from '@jest/globals';
import type { Fault } from '../../emulator/faults/faults.ts';
import { guestScriptOf } from '../../src/core/health/guest/guest-system.ts';
import { CallError } from '../../src/core/model/failure.ts';
import { Secret } from '../../src/core/model/secret.ts';
import { closingLine } from '../../src/core/report/closing-line.ts';
import { outputsOf } from '../../src/core/report/outputs-of.ts';
import { reportRun } from '../../src/core/report/run-report.ts';
import { type RunState, serializeRunState } from '../../src/core/run/run-state.ts';
import { annotationsOf } from '../../src/core/summary/annotations.ts';
import { summaryOf } from '../../src/core/summary/summary.ts';
import { SurveyError } from '../../src/deploy/plan/survey-error.ts';
import { createDice, type Dice } from '../support/cloud/dice.ts';
import { caseCount, firstSeed } from '../support/random-cases.ts';
import { stateBehind } from '../support/reported.ts';
import { web } from '../support/stage.ts';
import { type VirtualWorld, withVirtualWorld } from '../support/virtual.ts';

const cases = caseCount(20, 'SECRET_CASES');
const seed = firstSeed();

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** This many random characters of a set. */
function drawText(dice: Dice, length: number, set: string): string {
  return Array.from({ length }, () => dice.pick([...set])).join('');
}

/** The secrets of one run; in the scripts they stand in a line of their own. */
function drawSecrets(dice: Dice) {
  const token = `${drawText(dice, 40, `${letters}+/`)}==`;
  return {
    secretAccessKey: drawText(dice, 32, letters),
    sessionToken: dice.chance(0.5) ? token : undefined,
    adminPass: `Aa1${drawText(dice, dice.int(9, 29), `${letters}#$%&*+-/:<>=@\\'"?~`)}`,
    userData: `u${drawText(dice, 20, `${letters}密&<>="'/`)}`,
    oldUserData: `o${drawText(dice, 20, `${letters}密&<>="'/`)}`,
    guestScript: `g${drawText(dice, 20, `${letters}-_`)}`
  };
}

type Secrets = ReturnType<typeof drawSecrets>;

/** The spellings in which a service may echo a text. */
const spellings: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => JSON.stringify(text).slice(1, -1),
  (text) => JSON.stringify(JSON.stringify(text).slice(1, -1)).slice(1, -1),
  (text) => encodeURIComponent(text),
  (text) => encodeURIComponent(text).replace(/%../g, (code) => code.toLowerCase()),
  (text) =>
    encodeURIComponent(text).replace(
      /[!'()*]/g,
      (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`
    ),
  (text) => new URLSearchParams({ a: text }).toString().slice(2),
  (text) => text.replace(/[<>&=']/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`),
  (text) => Buffer.from(text).toString('base64'),
  (text) => Buffer.from(text).toString('base64url')
];

/** Failed calls of all kinds whose messages echo a secret. */
function drawFaults(dice: Dice, secrets: Secrets, sendsScript: boolean): readonly Fault[] {
  const echoed = [secrets.adminPass, secrets.secretAccessKey, secrets.sessionToken ?? secrets.adminPass];
  const script = scriptOf(secrets.userData);
  // A service echoes what it was sent.
  const ofRebuild = sendsScript ? [...echoed, script, script.split('\n')[1] ?? ''] : echoed;
  const operations = [
    ['RebuildInstance', ofRebuild],
    ['RebuildBatchInstance', ofRebuild],
    ['GetInstance', echoed.slice(1, 2)],
    ['ListInstances', echoed.slice(1, 2)],
    ['GetImage', echoed.slice(1, 2)],
    ['CreateImage', echoed.slice(1, 2)]
  ] as const;
  return Array.from({ length: dice.int(0, 4) }, (): Fault => {
    const [on, texts] = dice.pick(operations);
    const message = `cannot read: ${dice.pick(spellings)(dice.pick(texts))} is not right`;
    const status = dice.pick([400, 403, 404, 409, 500]);
    return {
      on,
      from: dice.int(1, 5),
      times: dice.int(1, 2),
      play: { kind: 'error', status, code: 'Bad', message }
    };
  });
}

/** A script with a secret that is not in its first line, which the plan may show. */
function scriptOf(secret: string): string {
  return `#!/bin/sh\nexport TOKEN='${secret}'\ntrue\n`;
}

function drawRequest(dice: Dice, secrets: Secrets, ids: readonly string[]) {
  const isSame = dice.chance(0.2);
  return {
    selection: { kind: 'ids', ids } as const,
    image: { kind: 'id', id: isSame ? 'm-web-1' : 'm-web-2' } as const,
    force: isSame,
    rollback: dice.chance(0.5) && !isSame,
    timeoutMs: 300_000,
    rebuildOptions: {
      login: { kind: 'adminPass', adminPass: new Secret(secrets.adminPass) } as const,
      ...(dice.chance(0.7) ? { userData: new Secret(scriptOf(secrets.userData)) } : {})
    },
    ...(dice.chance(0.3) ? { backup: {} } : {}),
    ...(dice.chance(0.5)
      ? {
          health: {
            checks: [{ kind: 'assistant' }, { kind: 'guestScript', user: 'root' }] as const,
            guestScript: guestScriptOf(`systemctl is-active nginx\n${secrets.guestScript}`, 'root'),
            deadlineMs: 60_000,
            minHealthyTimeMs: 0
          }
        }
      : {})
  };
}

/** Everything that people or later steps see of a run. */
function everythingOf(state: RunState): readonly string[] {
  const report = reportRun(state);
  return [
    serializeRunState(state),
    JSON.stringify(report),
    JSON.stringify(outputsOf(state, report)),
    summaryOf(state),
    ...annotationsOf(state).flatMap(({ title, lines }) => [title, ...lines]),
    closingLine(state, false)
  ];
}

/** The ciphers of the password as they were sent. */
function ciphersOf({ emulator }: VirtualWorld): readonly string[] {
  return emulator.calls.flatMap(({ body }) => {
    const { adminPass } = Object(body) as { readonly adminPass?: unknown };
    return typeof adminPass === 'string' ? [adminPass] : [];
  });
}

test(
  'nothing that comes out of a run shows a secret',
  async () => {
    const ends = new Map<string, number>();
    let ciphers = 0;
    for (let run = 0; run < cases; run += 1) {
      const dice = createDice(seed * 100_000 + run);
      const secrets = drawSecrets(dice);
      const { secretAccessKey, sessionToken } = secrets;
      const ids = ['i-demo0001', 'i-demo0002', 'i-demo0003'].slice(0, dice.int(1, 3));
      const request = drawRequest(dice, secrets, ids);
      const emulator = {
        credentials: {
          accessKeyId: 'ALTAK-demo',
          secretAccessKey,
          ...(sessionToken === undefined ? {} : { sessionToken })
        },
        faults: drawFaults(dice, secrets, 'userData' in request.rebuildOptions && !request.rollback),
        world: { instances: ids.map((id) => ({ ...web(id), userData: scriptOf(secrets.oldUserData) })) },
        scripts: [{ pattern: 'nginx', exitCode: dice.pick([0, 0, 3]), stdout: `${secrets.adminPass}\n` }]
      };
      const redacted = [secrets.adminPass, secretAccessKey];
      await withVirtualWorld({ emulator, random: () => dice.next(), redacted }, async (world) => {
        const shown = await world.run(request).then(
          (report) => {
            ends.set(report.status, (ends.get(report.status) ?? 0) + 1);
            return everythingOf(stateBehind(report));
          },
          (error: unknown) => {
            if (!(error instanceof SurveyError || error instanceof CallError)) throw error;
            ends.set('survey', (ends.get('survey') ?? 0) + 1);
            return [error.message];
          }
        );
        const sent = ciphersOf(world);
        ciphers += sent.length;
        const all = [...shown, ...world.lines, ...world.debugged].join('\n');
        const texts = [...Object.values(secrets), ...sent, ...world.masked].filter(
          (text) => text !== undefined
        );
        for (const text of texts) {
          for (const spell of spellings) {
            const at = all.indexOf(spell(text));
            if (at >= 0)
              throw new Error(`case ${run} shows ${spell(text)}: …${all.slice(at - 200, at + 100)}…`);
          }
        }
      });
    }
    // All kinds of ends must have occurred, or the runs prove little.
    expect(ciphers).toBeGreaterThan(cases / 2);
    if (cases >= 40)
      expect([...ends.keys()]).toEqual(expect.arrayContaining(['rebuilt', 'failed', 'survey']));
  },
  Math.max(120_000, cases * 2_000)
);

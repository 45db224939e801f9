import { describe, expect, test } from '@jest/globals';
import type { RebuildOptions } from '../../../src/core/model/rebuild-spec.ts';
import { Secret } from '../../../src/core/model/secret.ts';
import { reportRun } from '../../../src/core/report/run-report.ts';
import {
  hasChanged,
  imagesInUse,
  parseRunState,
  type RunState,
  serializeRunState,
  unavailableBefore
} from '../../../src/core/run/run-state.ts';
import { withBriefWorld } from '../../support/brief.ts';
import { stateBehind } from '../../support/reported.ts';
import { image, instance } from '../rebuild/rebuilds.ts';
import { rebuildOf, runOf, stateOf, targetOf } from './runs.ts';

/** Whether a type has a `Secret` in it in any depth. */
type HoldsSecret<T, Depth extends readonly unknown[] = []> = Depth['length'] extends 9
  ? false
  : T extends Secret
    ? true
    : T extends readonly (infer Item)[]
      ? HoldsSecret<Item, [...Depth, 0]>
      : T extends object
        ? true extends { [Key in keyof T]: HoldsSecret<NonNullable<T[Key]>, [...Depth, 0]> }[keyof T]
          ? true
          : false
        : false;

// The compiler refuses this line as soon as a part of the state can hold a secret.
const holdsNoSecret: HoldsSecret<RunState> = false;

describe('the state of a run', () => {
  test('has no place for a secret', () => {
    expect(holdsNoSecret).toBe(false);
    const options: HoldsSecret<{ readonly a: readonly { readonly b?: RebuildOptions }[] }> = true;
    expect(options).toBe(true);
  });

  test.each([
    { rollback: false, force: false },
    { rollback: true, force: false },
    { rollback: false, force: true }
  ])('holds neither password nor script after a run with %j', async (request) => {
    await withBriefWorld({}, async (world) => {
      const rebuildOptions = {
        login: { kind: 'adminPass', adminPass: new Secret('Sesam0pen!x') },
        userData: new Secret('#!/bin/sh hunter2')
      } as const;
      const image = { kind: 'id', id: request.force ? 'm-web-1' : 'm-web-2' } as const;
      const report = await world.run({ ...request, rebuildOptions, image });
      expect(report.status).toBe('rebuilt');
      const text = serializeRunState(stateBehind(report));
      expect(text).not.toMatch(/Sesam0pen|hunter2/);
      for (const secret of world.masked) expect(text).not.toContain(secret);
    });
  });

  test('survives being written and read, and so does the result', async () => {
    await withBriefWorld({}, async (world) => {
      const state = stateBehind(await world.run());
      const again = parseRunState(serializeRunState(state));
      expect(reportRun(again)).toEqual(JSON.parse(JSON.stringify(reportRun(state))));
    });
  });

  test('contains the image once', () => {
    const text = serializeRunState(stateOf([runOf({}, 'i-1'), runOf({}, 'i-2')]));
    expect(text.split(`"createTime":"${image.createTime}"`)).toHaveLength(2);
  });

  test('that was cut at the end of a line cannot be read: it would hide instances', () => {
    const text = serializeRunState(stateOf([runOf({}, 'i-1'), runOf({}, 'i-2')]));
    const cut = text.slice(0, text.lastIndexOf('\n'));
    expect(() => parseRunState(cut)).toThrow('1 of 2 instances are missing from the state of the run');
  });

  test('of another version cannot be read', () => {
    const text = serializeRunState(stateOf([])).replace('"version":1', '"version":2');
    expect(() => parseRunState(text)).toThrow(RangeError);
    expect(() => parseRunState('{')).toThrow(SyntaxError);
  });

  test('knows whether a disk was erased, and which images are in use', () => {
    const rebuilt = runOf({ rebuild: rebuildOf({ kind: 'rebuilt' }), rollback: { imageId: 'm-b' } });
    expect(hasChanged(stateOf([rebuilt]))).toBe(true);
    expect(hasChanged(stateOf([runOf({})]))).toBe(false);
    expect([...imagesInUse(stateOf([rebuilt]))].toSorted()).toEqual(['m-b', 'm-new', 'm-old']);
  });
});

test('only what did not serve when the plan was made is named, with the reason', () => {
  const stopped = targetOf('i-2', { instance: { ...instance, id: 'i-2', status: 'Stopped' } });
  const state = stateOf([runOf({}), runOf({ target: stopped })]);
  expect(unavailableBefore(state)).toEqual([{ instanceId: 'i-2', why: expect.stringContaining('Stopped') }]);
});

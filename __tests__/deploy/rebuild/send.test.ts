import { describe, expect, test } from '@jest/globals';
import {
  CallError,
  type CallFailure,
  CancelledError,
  type FailureKind
} from '../../../src/core/model/failure.ts';
import { RebuildSecrets } from '../../../src/core/model/rebuild-secrets.ts';
import { createSender, RefusedTogetherError } from '../../../src/deploy/rebuild/send.ts';
import type { Cancel } from '../../../src/ports/cancel.ts';
import { image } from '../../core/rebuild/rebuilds.ts';
import { type CallScript, failureAs, kindOf, playBcc, rejectionOf, twoSteps } from '../../support/ports.ts';
import { noCancel, VirtualClock } from '../../support/virtual.ts';

const never = new AbortController().signal;
const order = { image };

function newScene(script?: CallScript, cancel: Cancel = noCancel) {
  const clock = new VirtualClock();
  const played = playBcc(clock, script);
  const sender = createSender({
    bcc: played.bcc,
    clock,
    cancel,
    secrets: new RebuildSecrets({ login: { kind: 'keepImageLogin' } })
  });
  const send = (id: string, isAgain = false, what = order, ageMs = 0) =>
    sender.rebuild({ instanceId: id, ...what }, isAgain, clock.nowMs() - ageMs, cancel.signal);
  const told = () => played.calls.map(({ name, ids }) => `${name} ${ids.join(' ')}`);
  return { clock, send, told, calls: played.calls, idsOf: played.idsOf };
}

/** Fails every batch in this way. */
function batchFails(kind: FailureKind, patch: Partial<CallFailure>): CallScript {
  return ({ ids }) => {
    const facts = { target: '', requestId: 'r-9', message: 'said no', ...patch };
    if (ids.length > 1) throw failureAs(kind, facts);
  };
}

function idsUpTo(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `i-${index + 1}`);
}

describe('rebuilds of one moment', () => {
  test('one is a single call', async () => {
    const { send, told } = newScene();
    expect(await send('i-1')).toEqual({ requestId: 'r-i-1' });
    expect(told()).toEqual(['rebuild i-1']);
  });

  test('several are one call, and each gets the acceptance', async () => {
    const { send, told } = newScene();
    const accepted = await Promise.all([send('i-1'), send('i-2'), send('i-3')]);
    expect(told()).toEqual(['rebuild i-1 i-2 i-3']);
    expect(accepted).toEqual(Array.from({ length: 3 }, () => ({ requestId: 'r-i-1-i-2-i-3' })));
  });

  test.each([
    [100, [100]],
    [101, [100, 1]],
    [102, [100, 2]],
    [250, [100, 100, 50]]
  ])('%i go out in calls of %j', async (count, sizes) => {
    const { send, idsOf } = newScene();
    const ids = idsUpTo(count);
    await Promise.all(ids.map((id) => send(id)));
    expect(idsOf('rebuild').map((page) => page.length)).toEqual(sizes);
    expect(idsOf('rebuild').flat()).toEqual(ids);
  });

  test('with another spec are separate calls', async () => {
    const { send, told } = newScene();
    const other = { image: { ...image, id: 'm-other' } };
    await Promise.all([send('i-1'), send('i-2', false, other), send('i-3'), send('i-4', false, other)]);
    expect(told().toSorted()).toEqual(['rebuild i-1 i-3', 'rebuild i-2 i-4']);
  });

  test('those of a later moment are a later call', async () => {
    const { send, told, clock } = newScene();
    const first = Promise.all([send('i-1'), send('i-2')]);
    await clock.sleep(1, never);
    await Promise.all([first, send('i-3')]);
    expect(told()).toEqual(['rebuild i-1 i-2', 'rebuild i-3']);
  });

  test('one that is sent again goes alone and at once', async () => {
    const { send, told } = newScene();
    await Promise.all([send('i-1'), send('i-2', true), send('i-3')]);
    expect(told()).toEqual(['rebuild i-2', 'rebuild i-1 i-3']);
  });
});

describe('a batch that fails', () => {
  // A refusal of the call may not apply to all of them.
  test.each<[FailureKind, Partial<CallFailure>, string]>([
    ['conflict', { httpStatus: 409 }, 'a refusal of several'],
    ['notFound', { httpStatus: 404 }, 'a refusal of several'],
    ['invalid', { httpStatus: 400 }, 'a refusal of several'],
    ['denied', { httpStatus: 403, code: 'AccessDenied' }, 'a refusal of several'],
    ['throttled', { httpStatus: 429 }, 'a refusal of several'],
    ['malformed', { httpStatus: 200 }, 'a refusal of several'],
    ['denied', { httpStatus: 400, code: 'SignatureDoesNotMatch' }, 'its own'],
    ['throttled', {}, 'its own'],
    ['unreached', {}, 'its own'],
    ['skewed', { httpStatus: 400 }, 'its own'],
    ['ambiguous', {}, 'its own']
  ])(
    'as %s, %j, is %s for each of them, of the same kind, and no call follows',
    async (kind, patch, told) => {
      const { send, calls } = newScene(batchFails(kind, patch));
      const errors = await Promise.all(idsUpTo(3).map((id) => rejectionOf(send(id))));
      for (const [index, error] of errors.entries()) {
        if (!(error instanceof CallError)) throw error;
        expect(error instanceof RefusedTogetherError).toBe(told === 'a refusal of several');
        expect(error.failure).toMatchObject({ kind, target: `i-${index + 1}`, requestId: 'r-9' });
        expect(error.failure.message).toBe('said no (one call for 3 instances)');
        expect(error.cause).toMatchObject({ failure: { kind, target: '' } });
      }
      expect(calls).toHaveLength(1);
    }
  );

  test('as denied makes later rebuilds go out alone: single rebuilds may still be permitted', async () => {
    const { send, told, clock } = newScene(batchFails('denied', { httpStatus: 403 }));
    await Promise.all(idsUpTo(2).map((id) => rejectionOf(send(id))));
    await clock.sleep(1, never);
    await Promise.all(['i-3', 'i-4'].map((id) => send(id)));
    expect(told()).toEqual(['rebuild i-1 i-2', 'rebuild i-3', 'rebuild i-4']);
  });

  test('leaves the other batches of its moment alone', async () => {
    const { send } = newScene(({ ids }) => {
      if (ids.includes('i-1')) throw failureAs('conflict');
    });
    const ended = await Promise.allSettled(idsUpTo(150).map((id) => send(id)));
    expect(ended.filter(({ status }) => status === 'rejected')).toHaveLength(100);
    expect(ended[149]?.status).toBe('fulfilled');
  });

  test('by a bug is thrown as it is', async () => {
    const { send } = newScene(() => {
      throw new TypeError('a bug');
    });
    const errors = await Promise.all(idsUpTo(2).map((id) => rejectionOf(send(id))));
    expect(errors.every((error) => error instanceof TypeError)).toBe(true);
  });

  test.each<FailureKind>(['conflict', 'notFound', 'invalid'])(
    'a single call that fails as %s is reported as it is: it concerns only one',
    async (kind) => {
      const error = failureAs(kind);
      const { send } = newScene(() => {
        throw error;
      });
      expect(await rejectionOf(send('i-1'))).toBe(error);
      expect(await rejectionOf(send('i-1', true))).toBe(error);
    }
  );
});

describe('a cancel', () => {
  test('during a call for several that is then denied: no single calls follow', async () => {
    const { cancel, stop } = twoSteps();
    const { send, told } = newScene(() => {
      stop();
      throw failureAs('denied');
    }, cancel);
    const errors = await Promise.all(idsUpTo(2).map((id) => rejectionOf(send(id))));
    expect(errors).toMatchObject([{ failure: { kind: 'denied' } }, { failure: { kind: 'denied' } }]);
    expect(told()).toEqual(['rebuild i-1 i-2']);
  });

  test('between the decision and the call sends nothing', async () => {
    const { cancel, stop } = twoSteps();
    const { send, told } = newScene(undefined, cancel);
    const sent = Promise.all(idsUpTo(2).map((id) => rejectionOf(send(id))));
    stop();
    expect((await sent).every((error) => error instanceof CancelledError)).toBe(true);
    expect(told()).toEqual([]);
  });

  test('waits for the answer of a call under way', async () => {
    const { cancel, stop } = twoSteps();
    const scene: ReturnType<typeof newScene> = newScene(
      (_call, signal) => scene.clock.sleep(3_000, signal),
      cancel
    );
    const { send, clock } = scene;
    const sent = Promise.all([send('i-1'), send('i-2')]);
    await clock.sleep(1_000, never);
    stop();
    expect(await sent).toHaveLength(2);
  });

  test('that gives up on the call reaches each of them', async () => {
    const { cancel, stop, giveUp } = twoSteps();
    const scene: ReturnType<typeof newScene> = newScene(async (_call, signal) => {
      // As the client does with a rebuild that it gives up on.
      await scene.clock.sleep(60_000, signal).catch(() => {
        throw failureAs('ambiguous');
      });
    }, cancel);
    const { send, clock } = scene;
    const sent = Promise.all([kindOf(send('i-1')), kindOf(send('i-2'))]);
    await clock.sleep(1_000, never);
    stop();
    giveUp();
    expect(await sent).toEqual(['ambiguous', 'ambiguous']);
  });

  test('after it the sender sends nothing', async () => {
    const { cancel, stop } = twoSteps();
    const { send, told } = newScene(undefined, cancel);
    stop();
    expect(await rejectionOf(send('i-1'))).toBeInstanceOf(CancelledError);
    expect(await rejectionOf(send('i-1'))).toBeInstanceOf(CancelledError);
    expect(told()).toEqual([]);
  });
});

describe('a rebuild whose observation has aged', () => {
  test.each([false, true])('is not sent, and is reported as throttled (sent before: %s)', async (isAgain) => {
    const { send, calls } = newScene();
    expect(await kindOf(send('i-1', isAgain, order, 10_001))).toBe('throttled');
    expect(calls).toEqual([]);
    await send('i-2', isAgain, order, 9_999);
    expect(calls).toHaveLength(1);
  });

  test('does not delay others of the same moment', async () => {
    const { send, told } = newScene();
    const aged = kindOf(send('i-1', false, order, 10_001));
    await Promise.all([send('i-2'), send('i-3')]);
    expect(await aged).toBe('throttled');
    expect(told()).toEqual(['rebuild i-2 i-3']);
  });
});

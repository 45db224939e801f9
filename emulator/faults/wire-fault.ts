import { Refusal } from '../http/errors.ts';
import type { Reply } from '../http/reply.ts';
import type { Behaviour, ThrottleShape } from '../world/behaviour.ts';
import type { WirePlay } from './faults.ts';

/** Whether a wire fault happens after the call is carried out. A broken body does so by default. */
export function isAfter(play: WirePlay): boolean {
  switch (play.kind) {
    case 'reset':
      return play.when === 'after';
    case 'error':
    case 'hang':
      return play.when === 'after';
    case 'emptyBody':
    case 'garbage':
      return play.when !== 'before';
    case 'cutBody':
      return true;
    default:
      return false;
  }
}

/** The refusal of a throttled call. */
export function throttled({ status, code, retryAfter }: ThrottleShape): Refusal {
  return new Refusal(status, code, 'The request rate is too high. Try again later.', retryAfter);
}

/** The refusal that a fault replies with; undefined if it sends no refusal. */
export function refusalOf(play: WirePlay, behaviour: Pick<Behaviour, 'throttle'>): Refusal | undefined {
  if (play.kind === 'throttle') return throttled(play.shape ?? behaviour.throttle);
  if (play.kind === 'softError') return new Refusal(200, play.code, play.message ?? 'A fault was asked for.');
  if (play.kind === 'error')
    return new Refusal(play.status, play.code, play.message ?? 'A fault was asked for.');
  return undefined;
}

/** Changes a reply as a wire fault says. Refusals of the service keep their body. */
export function applyWireFault(
  reply: Reply,
  play: WirePlay | undefined,
  refusal: Refusal | undefined
): Reply {
  switch (play?.kind) {
    case 'reset':
      return { ...reply, status: 0, delivery: 'reset' };
    case 'hang':
      return { ...reply, status: 0, delivery: 'hang' };
    case 'cutBody':
      return { ...reply, delivery: play.chunked === true ? 'cutChunked' : 'cut' };
    case 'emptyBody':
      return refusal === undefined ? { ...reply, body: '' } : reply;
    case 'garbage':
      if (refusal !== undefined) return reply;
      return {
        ...reply,
        headers: { ...reply.headers, 'Content-Type': 'text/html' },
        body: '<html><body>Welcome</body></html>'
      };
    case 'redirect':
      if (refusal !== undefined) return reply;
      return {
        ...reply,
        status: play.status ?? 302,
        headers: { ...reply.headers, Location: play.to },
        body: ''
      };
    default:
      return reply;
  }
}

import type { CallRecord } from '../http/records.ts';
import type { Emulator } from '../server.ts';
import { type Behaviour, switchValues } from '../world/behaviour.ts';

/** One log line for a call: its time, request and reply, and what they mean. */
export function logLine(record: CallRecord, emulator: Pick<Emulator, 'instance'>): string {
  const query = Object.entries(record.query)
    .map(([name, value]) => (value === '' ? name : `${name}=${value}`))
    .join('&');
  const target = query === '' ? record.path : `${record.path}?${query}`;
  const status = record.status === 0 ? 'no answer' : String(record.status);
  const parts = [
    new Date(record.atMs).toISOString(),
    record.method,
    target,
    status,
    ...(record.code === '' ? [] : [record.code]),
    record.requestId,
    `- ${meaning(record, emulator)}`
  ];
  return parts.join(' ');
}

function meaning(record: CallRecord, emulator: Pick<Emulator, 'instance'>): string {
  const fault = record.fault === undefined ? '' : ` [fault: ${record.fault}]`;
  const whom = record.instanceIds.join(', ');
  if (record.code !== '') {
    const done = record.workTaken ? ', although the work was taken' : '';
    return `refused${done}: ${record.message}${fault}`;
  }
  if (record.workTaken)
    return `${record.operation || 'call'} accepted${whom === '' ? '' : ` for ${whom}`}${fault}`;
  if (record.operation === 'GetInstance' && record.status === 200) return `${seen(whom, emulator)}${fault}`;
  return `${record.operation || 'unknown call'}${whom === '' ? '' : ` of ${whom}`}${fault}`;
}

function seen(id: string, emulator: Pick<Emulator, 'instance'>): string {
  try {
    const { status, imageId } = emulator.instance(id);
    return `${id} is ${status} on ${imageId}`;
  } catch {
    // A stale read can show an instance that no longer exists.
    return `${id} is gone`;
  }
}

/** The text of --help. */
export function help(): string {
  const switches = Object.entries(switchValues)
    .map(([key, values]) => `  ${key}: ${(values as readonly unknown[]).map(shown).join(' | ')}`)
    .join('\n');
  return `Usage: npm run emulator -- [options]

Plays the APIs of BCC and of load balancers on this machine, to rehearse a rebuild without an account and
without cost.

  --port N               where to listen; default 8790, 0 for any free port
  --rebuild-seconds N    how long a rebuild takes; default 180
  --stale-seconds N      for how long the old status is still shown after acceptance; default 7
  --behaviour key=value  one of the switches below; may be repeated
  --fault JSON           something that goes wrong; may be repeated, for example
                         '{"on":"GetInstance","from":3,"times":2,"play":{"kind":"throttle"}}'
                         '{"on":"RebuildInstance","play":{"kind":"reset","when":"after"}}'
                         '{"on":"RebuildInstance","play":{"kind":"endsIn","status":"Error"}}'
                         '{"on":"UpdateBlbServer","play":{"kind":"accessDenied"}}'
                         '{"on":"*","during":{"since":"rebuild","fromMs":5000,"forMs":60000},"play":{"kind":"hang"}}'
  --script JSON          how guests answer a script of Cloud Assistant; may be repeated, the first that fits counts:
                         '{"pattern":"nginx","exitCode":3,"stdout":"inactive"}'
                         (also stderr, ms, instanceId, imageId, fromUptimeMs); others end with 127
  --fleet N              N instances besides the two, i-fleet00001 and so on: tags app=web and fleet=demo,
                         behind lb-demo0001 with weight 100
  --world FILE           instances, images, load balancers of your own as JSON; see docs/emulator.md
  --replay FILE          plays the rebuilds of the output "result" of a real run, in the world that it found
  --access-key, --secret-key, --session-token
                         the credentials that callers must sign with; default are made-up ones
  --strict               refuse unknown items instead of ignoring them
  --help                 this text

Switches, the default first (numbers are free; lists are split by commas):
${switches}
`;
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return value.join(',') || '(nothing)';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** The switches that the short flags set. */
export function shortcuts(
  rebuildSeconds: number | undefined,
  staleSeconds: number | undefined
): Partial<Behaviour> {
  return {
    ...(rebuildSeconds === undefined ? {} : { rebuildMs: rebuildSeconds * 1000 }),
    ...(staleSeconds === undefined ? {} : { staleRunningMs: staleSeconds * 1000 })
  };
}

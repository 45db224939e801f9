import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { handlers } from '../../../emulator/http/handlers.ts';
import { type Operation, versionsOf } from '../../../emulator/http/operation.ts';
import { operations } from '../../../emulator/http/operations.ts';
import { withBench } from '../client.ts';

interface Row {
  readonly service?: Operation['service'];
  readonly method: string;
  readonly path: string;
  readonly query: readonly string[];
  readonly body: Readonly<Record<string, string>>;
  readonly beyondSchema?: readonly string[];
}

const table = (
  JSON.parse(readFileSync(new URL('../../data/bcc-operations.json', import.meta.url), 'utf8')) as {
    readonly operations: Readonly<Record<string, Row>>;
  }
).operations;

test('the emulator answers exactly the calls of the table', () => {
  expect(new Set(operations.map((operation) => operation.name))).toEqual(new Set(Object.keys(table)));
  expect(new Set(Object.keys(handlers))).toEqual(new Set(Object.keys(table)));
});

function targetOf({ service, path, action }: Operation): string {
  const version = versionsOf[service].at(-1);
  return `/v${version}${path.replace('{id}', 'i-demo0001')}${action === undefined ? '' : `?${action}`}`;
}

describe.each(operations.map((operation) => [operation.name, operation] as const))(
  '%s',
  (name, operation) => {
    test('takes what the vendor says, where the vendor says', () => {
      const row = table[name];
      const path = operation.action === undefined ? operation.path : `${operation.path}?${operation.action}`;
      expect({
        service: operation.service,
        method: operation.method,
        path,
        query: [...operation.query].sort(),
        body: operation.body,
        beyondSchema: [...(operation.alsoQuery ?? [])].sort()
      }).toEqual({
        service: row?.service ?? 'bcc',
        method: row?.method,
        path: row?.path.replace(/\{\w+\}/, '{id}'),
        query: [...(row?.query ?? [])].sort(),
        body: row?.body,
        beyondSchema: [...(row?.beyondSchema ?? [])].sort()
      });
    });

    test('knows no other item when it is strict, and ignores one when it is not', async () => {
      const target = targetOf(operation);
      const body = operation.method === 'GET' ? undefined : { stray: 1 };
      const probe =
        operation.method === 'GET' ? `${target}${target.includes('?') ? '&' : '?'}stray=1` : target;
      await withBench({ strict: true }, async ({ send }) => {
        const { status, json } = await send(operation.method, probe, body);
        expect({ status, message: json.message }).toEqual({
          status: 400,
          message: expect.stringContaining('stray')
        });
      });
      await withBench({}, async ({ send }) => {
        const { text } = await send(operation.method, probe, body);
        expect(text).not.toContain('stray');
      });
    });

    test('refuses items of another type', async () => {
      const target = targetOf(operation);
      await withBench({}, async ({ send }) => {
        for (const [item, type] of Object.entries(operation.body)) {
          const wrong = type === 'Object' ? 'no object' : { no: 'type' };
          const { json } = await send(operation.method, target, { [item]: wrong });
          expect(json).toMatchObject({ code: 'InappropriateJSON', message: expect.stringContaining(item) });
        }
      });
    });
  }
);

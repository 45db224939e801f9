import { expect, test } from '@jest/globals';
import { readBehaviour, readFault } from '../../../emulator/cli/flags.ts';

test.each([
  ['imageIdFlips=end', { imageIdFlips: 'end' }],
  ['rebuildMs=1500', { rebuildMs: 1500 }],
  ['listTags=false', { listTags: false }],
  ['statuses=Stopping,Starting', { statuses: ['Stopping', 'Starting'] }],
  ['statuses=', { statuses: [] }],
  ['throttle={"status":503,"code":"Busy"}', { throttle: { status: 503, code: 'Busy' } }]
])('%s', (text, expected) => {
  expect(readBehaviour(text)).toEqual(expected);
});

test.each([
  'imageIdFlips=never',
  'nothing=1',
  'imageIdFlips',
  'rebuildMs=soon',
  'throttle=429',
  'throttle={}',
  'toString=1'
])('refused: %s', (text) => {
  expect(() => readBehaviour(text)).toThrow('--behaviour');
});

test('a fault for always', () => {
  const fault = { on: '*', times: 'always', play: { kind: 'accessDenied' } };
  expect(readFault(JSON.stringify(fault))).toEqual({ ...fault, times: Number.POSITIVE_INFINITY });
});

test.each([
  '[]',
  '{"on":"Nothing","play":{"kind":"throttle"}}',
  '{"on":"*","play":{"kind":"nothing"}}',
  '{"on":"*"}',
  '{"on":"*","play":{"kind":"error"}}',
  '{"on":"*","times":0,"play":{"kind":"throttle"}}',
  '{"on":"*","during":{"fromMs":-1},"play":{"kind":"throttle"}}',
  '{"on":"*","during":{"since":"now","fromMs":0},"play":{"kind":"throttle"}}',
  '{"on":"*","play":{"kind":"partialBatch"}}'
])('refused: %s', (text) => {
  expect(() => readFault(text)).toThrow('--fault');
});

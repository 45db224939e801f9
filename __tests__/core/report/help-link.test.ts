import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { helpLink } from '../../../src/core/report/help-link.ts';
import { failureReasons } from './reasons.ts';

const source = { serverUrl: 'https://github.com', repository: 'owner/rebuild', ref: 'v1' };

describe('helpLink', () => {
  it('leads to the section of the reason in the version that runs', () => {
    expect(helpLink(source, 'timedOut')).toBe(
      'https://github.com/owner/rebuild/blob/v1/docs/troubleshooting.md#timedout'
    );
  });

  it('leads to the page without a reason', () => {
    expect(helpLink(source)).toBe('https://github.com/owner/rebuild/blob/v1/docs/troubleshooting.md');
  });

  it('takes an enterprise server with a port, and a ref with any signs', () => {
    expect(helpLink({ ...source, serverUrl: 'https://git.corp:8443/', ref: 'fix/a(b)#c' }, 'denied')).toBe(
      'https://git.corp:8443/owner/rebuild/blob/fix/a%28b%29%23c/docs/troubleshooting.md#denied'
    );
  });

  it.each([
    ['nothing at all', undefined],
    ['no server', { ...source, serverUrl: undefined }],
    ['no repository, as with uses: ./', { ...source, repository: '' }],
    ['no ref', { ...source, ref: '' }],
    ['a server that is no address', { ...source, serverUrl: 'javascript:alert(1)' }],
    ['a repository that is none', { ...source, repository: 'a/b)c' }]
  ])('gives none for %s', (_what, given) => {
    expect(helpLink(given, 'denied')).toBeUndefined();
  });

  it.each(['troubleshooting.md', 'troubleshooting.zh-CN.md'])('finds every reason in docs/%s', (page) => {
    const text = readFileSync(new URL(`../../../docs/${page}`, import.meta.url), 'utf8');
    const anchors = [...text.matchAll(/^### `(\w+)`$/gm)].map(([, name = '']) => `#${name.toLowerCase()}`);
    const wanted = failureReasons.map((reason) => new URL(helpLink(source, reason) ?? '').hash);
    expect(anchors).toEqual(expect.arrayContaining(wanted));
  });
});

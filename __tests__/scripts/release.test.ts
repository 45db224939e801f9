import { describe, expect, test } from '@jest/globals';
import { ownerOf, withOwner } from '../../scripts/owner.ts';
import { majorOf, notesOf, packagesIn, problemsOf, sbomOf } from '../../scripts/release.ts';

const changelog =
  '# Changelog\n\n## [Unreleased]\n\n## [1.0.0] - 2026-12-01\n\n### Added\n\n- All.\n\n## [0.1.0] - 2026-01-01\n\n- Less.\n';
const manifest = JSON.stringify({ version: '1.0.0', repository: 'github:octo/rebuild-bcc-instance' });
const files = { manifest, lock: JSON.stringify({ version: '1.0.0' }), changelog };

describe('a release', () => {
  test('has no problem if all versions agree', () => {
    expect(problemsOf('v1.0.0', files)).toEqual([]);
  });

  test.each([
    ['a tag of another form', 'v1.0', files, 'The tag v1.0 is not vX.Y.Z.'],
    ['another version', 'v1.0.1', files, 'package.json says 1.0.0, the tag 1.0.1.'],
    ['another lockfile', 'v1.0.0', { ...files, lock: '{"version":"0.9.0"}' }, 'package-lock.json says 0.9.0'],
    ['no section', 'v1.0.0', { ...files, changelog: '## [Unreleased]\n' }, 'no section ## [1.0.0]'],
    [
      'something unreleased',
      'v1.0.0',
      { ...files, changelog: changelog.replace('[Unreleased]\n', '[Unreleased]\n\n- More.\n') },
      'still has something under Unreleased'
    ],
    [
      'no owner',
      'v1.0.0',
      { ...files, manifest: manifest.replace('octo', 'OWNER') },
      'does not name the owner'
    ]
  ])('is refused with %s', (_, tag, given, message) => {
    expect(problemsOf(tag, given).join('\n')).toContain(message);
  });

  test('has the section of the changelog for notes', () => {
    expect(notesOf(changelog, '1.0.0')).toBe('### Added\n\n- All.');
    expect(notesOf(changelog, '0.1.0')).toBe('- Less.');
  });

  test.each([
    ['v1.0.0', ['v1.0.0'], 'v1'],
    ['v1.10.0', ['v1.9.9', 'v1.10.0', 'v2.0.0', 'v1', 'old'], 'v1'],
    ['v1.9.9', ['v1.9.9', 'v1.10.0'], undefined],
    ['v1.2.3', ['v1.2.4'], undefined]
  ])('%s among %j moves %s', (tag, tags, major) => {
    expect(majorOf(tag, tags)).toBe(major);
  });
});

describe('the SBOM', () => {
  test('names each package once, with its licence', () => {
    const licences = '@a/b 1.0.0\nMIT\nText\n\nwith a break\n\n---\n\nc 2.0.0\nISC\nText\n';
    expect(packagesIn(licences)).toEqual([
      { name: '@a/b', version: '1.0.0', licence: 'MIT' },
      { name: 'c', version: '2.0.0', licence: 'ISC' }
    ]);
    const { components } = JSON.parse(sbomOf('1.0.0', [licences, licences])) as { components: object[] };
    expect(components).toEqual([
      expect.objectContaining({ purl: 'pkg:npm/%40a/b@1.0.0', licenses: [{ license: { id: 'MIT' } }] }),
      expect.objectContaining({ purl: 'pkg:npm/c@2.0.0' })
    ]);
  });
});

describe('the owner', () => {
  test('is read from package.json, and written wherever the repository is named', () => {
    expect(ownerOf(manifest)).toBe('octo');
    expect(() => ownerOf('{"repository":"octo/else"}')).toThrow(
      'must be github:<owner>/rebuild-bcc-instance'
    );
    const text =
      'uses: OWNER/rebuild-bcc-instance@v1\nhttps://github.com/old-1/rebuild-bcc-instance/x\n* @OWNER\n';
    expect(withOwner(text, 'octo')).toBe(
      'uses: octo/rebuild-bcc-instance@v1\nhttps://github.com/octo/rebuild-bcc-instance/x\n* @octo\n'
    );
    expect(withOwner('uses: ./.rebuild-bcc-instance and ./rebuild-bcc-instance', 'octo')).toBe(
      'uses: ./.rebuild-bcc-instance and ./rebuild-bcc-instance'
    );
  });
});

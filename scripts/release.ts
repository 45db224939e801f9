/**
 * What a release needs besides the build. `check TAG` compares the tag with package.json, the lockfile and the
 * changelog; `write TAG FOLDER` writes the notes and the SBOM; `major TAG` reads all tags on stdin and prints the major
 * tag that has to move, or nothing.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ownerOf } from './owner.ts';

/** The texts that have to agree about a release. */
export interface ReleaseFiles {
  readonly manifest: string;
  readonly lock: string;
  readonly changelog: string;
}

const tagForm = /^v(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$/;

/** What speaks against a release with this tag; empty where nothing does. */
export function problemsOf(tag: string, { manifest, lock, changelog }: ReleaseFiles): readonly string[] {
  const version = tag.slice(1);
  const versions: readonly (readonly [string, string])[] = [
    ['package.json', versionIn(manifest)],
    ['package-lock.json', versionIn(lock)]
  ];
  return [
    ...(tagForm.test(tag) ? [] : [`The tag ${tag} is not vX.Y.Z.`]),
    ...versions
      .filter(([, found]) => found !== version)
      .map(([file, found]) => `${file} says ${found}, the tag ${version}.`),
    ...(notesOf(changelog, version) === '' ? [`CHANGELOG.md has no section ## [${version}] - <date>.`] : []),
    ...(notesOf(changelog, 'Unreleased') === ''
      ? []
      : ['CHANGELOG.md still has something under Unreleased.']),
    ...(ownerOf(manifest) === 'OWNER' ? ['package.json does not name the owner: repository is OWNER/…'] : [])
  ];
}

/** The text of a section of the changelog, without its heading; empty where there is none. */
export function notesOf(changelog: string, version: string): string {
  const heading = version === 'Unreleased' ? '## [Unreleased]' : `## [${version}] - `;
  const start = changelog.split('\n').findIndex((line) => line.startsWith(heading));
  if (start < 0) return '';
  const rest = changelog.split('\n').slice(start + 1);
  const end = rest.findIndex((line) => line.startsWith('## ') || /^\[[^\]]+\]: /.test(line));
  return rest
    .slice(0, end < 0 ? rest.length : end)
    .join('\n')
    .trim();
}

/** The major tag that follows this one; `undefined` where a newer version of the same major is tagged already. */
export function majorOf(tag: string, tags: readonly string[]): string | undefined {
  const [major = 0, ...rest] = numbersOf(tag);
  const isNewer = (other: string): boolean => {
    const [otherMajor, ...others] = numbersOf(other);
    if (otherMajor !== major) return false;
    const [minor = 0, patch = 0] = rest;
    const [otherMinor = 0, otherPatch = 0] = others;
    return otherMinor > minor || (otherMinor === minor && otherPatch > patch);
  };
  return tags.some(isNewer) ? undefined : `v${major}`;
}

/** A CycloneDX 1.6 document of what licenses.txt of the bundles lists: those packages and no others are bundled. */
export function sbomOf(version: string, licences: readonly string[]): string {
  const packages = new Map(licences.flatMap(packagesIn).map((one) => [`${one.name}@${one.version}`, one]));
  return `${JSON.stringify(
    {
      bomFormat: 'CycloneDX',
      specVersion: '1.6',
      version: 1,
      metadata: {
        component: { type: 'application', name: 'rebuild-bcc-instance', version, 'bom-ref': 'action' }
      },
      components: [...packages.values()]
        .toSorted((a, b) => (a.name < b.name ? -1 : 1))
        .map(({ name, version: own, licence }) => {
          const purl = `pkg:npm/${name.replace('@', '%40')}@${own}`;
          return {
            type: 'library',
            name,
            version: own,
            'bom-ref': purl,
            purl,
            licenses: [{ license: { id: licence } }]
          };
        })
    },
    null,
    2
  )}\n`;
}

/** The packages that a licenses.txt lists. */
export function packagesIn(
  licences: string
): readonly { readonly name: string; readonly version: string; readonly licence: string }[] {
  return licences.split('\n\n---\n\n').map((part) => {
    const [head = '', licence = ''] = part.split('\n');
    const space = head.lastIndexOf(' ');
    return { name: head.slice(0, space), version: head.slice(space + 1), licence };
  });
}

function numbersOf(tag: string): readonly number[] {
  return (tagForm.exec(tag) ?? []).slice(1).map(Number);
}

function versionIn(json: string): string {
  return (JSON.parse(json) as { readonly version: string }).version;
}

function main([command, tag = '', folder = '.']: readonly string[]): void {
  const root = dirname(dirname(fileURLToPath(import.meta.url)));
  const read = (path: string): string => readFileSync(join(root, path), 'utf8');
  const changelog = read('CHANGELOG.md');
  if (command === 'check') {
    const files = { manifest: read('package.json'), lock: read('package-lock.json'), changelog };
    for (const problem of problemsOf(tag, files)) {
      process.stderr.write(`${problem}\n`);
      process.exitCode = 1;
    }
  } else if (command === 'write') {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'notes.md'), `${notesOf(changelog, tag.slice(1))}\n`);
    const licences = ['main', 'post'].map((step) => read(`dist/${step}/licenses.txt`));
    writeFileSync(join(folder, 'sbom.cdx.json'), sbomOf(tag.slice(1), licences));
  } else if (command === 'major') {
    const major = majorOf(tag, readFileSync(0, 'utf8').split('\n'));
    if (major !== undefined) process.stdout.write(`${major}\n`);
  } else {
    process.stderr.write('Usage: release.ts check TAG | write TAG FOLDER | major TAG < tags\n');
    process.exitCode = 2;
  }
}

// Not on import, which the tests do.
if (basename(process.argv[1] ?? '') === 'release.ts') main(process.argv.slice(2));

/**
 * The steps of a release besides the build. `check TAG` compares the tag with package.json, the lockfile and the
 * changelog; `write TAG FOLDER` writes the notes and the SBOM; `major TAG` reads all tags from stdin and prints the
 * major tag that must move, or nothing.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ownerOf } from './owner.ts';

/** The texts that must state the same version. */
export interface ReleaseFiles {
  readonly manifest: string;
  readonly lock: string;
  readonly changelog: string;
}

const tagForm = /^v(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$/;

/** Why a release with this tag must not happen; empty if it may. */
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

/** The text of a section of the changelog, without its heading; '' if there is none. */
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

/** The major tag to move to this one; `undefined` if a newer version of the same major is already tagged. */
export function majorOf(tag: string, tags: readonly string[]): string | undefined {
  const [major = 0, minor = 0, patch = 0] = numbersOf(tag);
  const isNewer = (other: string): boolean => {
    const [otherMajor, otherMinor = 0, otherPatch = 0] = numbersOf(other);
    return otherMajor === major && (otherMinor > minor || (otherMinor === minor && otherPatch > patch));
  };
  return tags.some(isNewer) ? undefined : `v${major}`;
}

/** A CycloneDX 1.6 document of the packages in the bundles, which are those in their licenses.txt. */
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

// Not when a test imports this file.
if (basename(process.argv[1] ?? '') === 'release.ts') main(process.argv.slice(2));

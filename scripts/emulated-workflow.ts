/** The reusable workflow for CI, with an emulator in the same job: another job's emulator is out of reach. */

const step = `      - uses: ./.rebuild-bcc-instance/.github/actions/emulator
        with:
          folder: .rebuild-bcc-instance

`;

/**
 * The text of rebuild.yml under another name, with a step before the action that starts the emulator.
 *
 * @throws Error if rebuild.yml has no step `rebuild` or no events
 */
export function emulatedWorkflow(reusable: string): string {
  const at = reusable.indexOf('      - id: rebuild\n');
  const body = reusable.indexOf('\non:\n');
  if (at < 0 || body < 0) throw new Error('rebuild.yml has no step rebuild, or no events');
  return [
    '# For CI alone. npm run docs writes it: rebuild.yml, and before the action a step that starts the emulator.\n',
    'name: Rebuild a fleet of the emulator\n',
    reusable.slice(body, at),
    step,
    reusable.slice(at)
  ].join('');
}

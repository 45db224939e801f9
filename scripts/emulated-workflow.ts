/** The reusable workflow with the emulator beside the action, which CI calls: its job has a machine of its own. */

const step = `      - uses: ./.rebuild-bcc-instance/.github/actions/emulator
        with:
          folder: .rebuild-bcc-instance

`;

/**
 * The text of rebuild.yml with one step more before the action, and another name.
 *
 * @throws Error where rebuild.yml has no place for it
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

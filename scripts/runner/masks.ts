/** The runner's secret masker: a masked value is hidden as it is, and in the spellings that it often takes. */

/** Values to hide. */
export class Masks {
  readonly #values: string[] = [];
  #spellings: readonly string[] = [];

  /** The values as they were given, in their order. */
  get values(): readonly string[] {
    return this.#values;
  }

  /** Hides a value from now on, and each of its lines. */
  add(value: string): void {
    if (value.trim() === '') return;
    this.#values.push(value);
    const lines = value.split(/[\r\n]/).map((line) => line.trim());
    const all = [value, ...lines].filter((one) => one !== '').flatMap(spellingsOf);
    this.#spellings = [...new Set([...this.#spellings, ...all])].sort((a, b) => b.length - a.length);
  }

  /** The text with three stars for each value. */
  applyTo(text: string): string {
    return this.#spellings.reduce((masked, spelling) => masked.replaceAll(spelling, '***'), text);
  }
}

/** As the runner's `ValueEncoders` has them, but for those that only PowerShell and Docker's command line need. */
function spellingsOf(value: string): readonly string[] {
  const bytes = Buffer.from(value);
  const shifted = [1, 2].map((shift) => bytes.subarray(shift).toString('base64'));
  const xml = value
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&apos;');
  return [
    value,
    JSON.stringify(value).slice(1, -1),
    encodeURIComponent(value),
    xml,
    value.replaceAll("'", "''"),
    bytes.toString('base64'),
    // Where nothing is left after the shift, everything would match.
    ...shifted.filter((text) => text !== '')
  ];
}

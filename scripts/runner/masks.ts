/** The runner's secret masker: it hides a value as it is and in common encodings. */

/** Values to hide. */
export class Masks {
  readonly #values: string[] = [];
  #spellings: readonly string[] = [];

  /** The values as given, in order. */
  get values(): readonly string[] {
    return this.#values;
  }

  /** From now on hides a value and each of its lines. */
  add(value: string): void {
    if (value.trim() === '') return;
    this.#values.push(value);
    const lines = value.split(/[\r\n]/).map((line) => line.trim());
    const all = [value, ...lines].filter((one) => one !== '').flatMap(spellingsOf);
    this.#spellings = [...new Set([...this.#spellings, ...all])].sort((a, b) => b.length - a.length);
  }

  /** The text with `***` instead of each value. */
  applyTo(text: string): string {
    return this.#spellings.reduce((masked, spelling) => masked.replaceAll(spelling, '***'), text);
  }
}

/** Those of the runner's `ValueEncoders`, except the ones for PowerShell and for Docker's command line. */
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
    // An empty text would match everywhere.
    ...shifted.filter((text) => text !== '')
  ];
}

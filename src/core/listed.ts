/** So many names stand in one line. */
const most = 20;

/** Names in one line; of more than 20 the first 20, and how many there are besides. */
export function listed(names: readonly string[]): string {
  const more = names.length - most;
  return `${names.slice(0, most).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** The parts that are not empty, in one text. */
export function joined(parts: readonly string[], separator: string): string {
  return parts.filter((part) => part !== '').join(separator);
}

/** A number with its noun or verb: `1 batch`, `2 batches`; `1 is`, `2 are`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

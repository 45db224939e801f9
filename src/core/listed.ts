/** So many names stand in one line. */
const most = 20;

/** Names in one line; of more than 20 the first 20, and how many there are besides. */
export function listed(names: readonly string[]): string {
  const more = names.length - most;
  return `${names.slice(0, most).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** A number with its noun: `1 batch`, `2 batches`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/**
 * Like `Promise.all`, but settles only once all of them have settled.
 *
 * @throws the first error that any of them throws
 */
export async function allDone<const T extends readonly unknown[]>(
  works: T
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  await Promise.allSettled(works);
  return Promise.all(works);
}

/**
 * Like `Promise.all`, but what is out has ended, whatever comes of the others.
 *
 * @throws the first error that any of them throws
 */
export async function allDone<const T extends readonly unknown[]>(
  works: T
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  await Promise.allSettled(works);
  return Promise.all(works);
}

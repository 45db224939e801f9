/** The fields that have a value; one that is `undefined` is no key of the result. */
export function withoutUndefined<T extends object>(
  fields: T
): { readonly [Key in keyof T]?: Exclude<T[Key], undefined> } {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [Key in keyof T]?: Exclude<T[Key], undefined> };
}

/** A tag of a resource, `tagKey` and `tagValue` in the API. */
export interface Tag {
  readonly key: string;
  readonly value: string;
}

/** Which instances a run is about: those with these IDs, or all that carry every one of these tags. */
export type Selection =
  | { readonly kind: 'ids'; readonly ids: readonly string[] }
  | { readonly kind: 'tags'; readonly tags: readonly Tag[] };

/** A JSON object of a request. */
export type JsonObject = Readonly<Record<string, unknown>>;

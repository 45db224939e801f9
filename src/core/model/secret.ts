/**
 * A text that nobody may read: a password, or a script that may hold one. Neither JSON, nor a template, nor the
 * inspection of an object shows it. Only what sends it reveals it; a test holds where that is. A type that has no
 * `Secret` in it, such as the state of a run, can therefore hold no secret.
 */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The text, for the request that carries it. */
  reveal(): string {
    return this.#text;
  }

  /** Whether the other one has the same text. */
  equals(other: Secret | undefined): boolean {
    return other !== undefined && this.#text === other.#text;
  }

  toString(): string {
    return '[secret]';
  }

  toJSON(): string {
    return '[secret]';
  }
}

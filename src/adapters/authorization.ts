/** Where the `Authorization` header of a request comes from. */
export interface Authorization {
  /** The header's value, or undefined for none. */
  header(): Promise<string | undefined>;
  /** The value was refused: the next one has to be a new one. */
  refused(): void;
}

/** A header that never changes, or none, for servers that are not Google's. */
export function makeFixedAuthorization(value: string | undefined): Authorization {
  return { header: () => Promise.resolve(value), refused: () => undefined };
}

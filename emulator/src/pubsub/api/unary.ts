/** What a method knows of the call beside its request. */
export interface CallContext {
  /** Aborted when the caller has gone. */
  readonly signal: AbortSignal;
  /** Whose token it carries; undefined for none. */
  readonly account: string | undefined;
}

/** One method of the API: request message to response message, whichever protocol carries them. */
export type Unary = (request: object, context: CallContext) => Promise<object>;

/** Methods by their name in the proto files. What is missing is answered UNIMPLEMENTED. */
export type Methods = Readonly<Record<string, Unary>>;

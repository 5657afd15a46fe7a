/**
 * Turns the failure to open a file that does not exist into undefined, and throws every other one.
 *
 * @example const file = await open(path).catch(unlessMissing);
 */
export function unlessMissing(error: unknown): undefined {
  if ((error as { code?: unknown } | null)?.code === 'ENOENT') return undefined;
  throw error;
}

const FORCED = 130;
/** One signal that is sent to the whole process group arrives twice, once more through the launcher. */
const SAME_SIGNAL_MS = 500;

/** Aborted by the first signal to end; a later one ends the process at once, with whatever is left behind then. */
export function interruption(): AbortSignal {
  const interrupted = new AbortController();
  let at: number | undefined;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      at ??= performance.now();
      if (performance.now() - at > SAME_SIGNAL_MS) process.exit(FORCED);
      interrupted.abort(new Error(`ended by ${signal}`));
    });
  }
  return interrupted.signal;
}

/** Starts all, waits for all, and gives their values; or, once every one has ended, throws what failed first.
 * When one fails the signal of the others is aborted. */
export async function runTogether<Values extends readonly unknown[]>(
  signal: AbortSignal | undefined,
  starts: { [I in keyof Values]: (signal: AbortSignal) => Promise<Values[I]> },
): Promise<Values> {
  const stop = new AbortController();
  const combined = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
  const failures: unknown[] = [];
  const values = await Promise.all(
    starts.map(async (start) => {
      try {
        return await start(combined);
      } catch (error) {
        failures.push(error);
        stop.abort(error);
        return undefined;
      }
    }),
  );
  if (failures.length > 0) throw failures[0];
  return values as unknown as Values;
}

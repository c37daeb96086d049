/** A run of less is done by the calling thread before a worker has started, which takes some 28 ms, or not much later. In bytes of
 * sources. */
export const SMALL_RUN_BYTES = 32 << 20;

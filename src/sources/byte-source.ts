/** Bytes that can be read at any position: an open file, or a buffer in a test.
 * What parses a format takes one of these, so that it runs without a file system. */
export interface ByteSource {
  readonly sizeBytes: number;
  /** Exactly `lengthBytes` bytes from `offset`, in a buffer that the caller may keep but must not write to.
   * @throws ZnnError `truncated` when the range runs past `sizeBytes`, `io` when the read fails. */
  read(offset: number, lengthBytes: number): Uint8Array;
}

/** The entry of a safetensors header that is no tensor. */
export const METADATA_KEY = '__metadata__';

/** A tensor as the header has it; offsets count from the first byte of data. */
export interface TensorEntry {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly dataStart: number;
  readonly dataEnd: number;
}

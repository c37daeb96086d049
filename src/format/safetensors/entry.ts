/** The entry of a safetensors header that is no tensor. */
export const METADATA_KEY = '__metadata__';

export interface SafetensorsTensor {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Where its bytes stand in the file, half-open. */
  readonly fileStart: number;
  readonly fileEnd: number;
}

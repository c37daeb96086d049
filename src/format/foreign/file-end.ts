/** Where a file ends, as its header has it; a header may be cut itself. */
export type FileEnd = number | 'in the header';

/** A row of COPY, in the order of its table's columns. */
export type Value = string | number | boolean | null;
export type Row = readonly Value[];

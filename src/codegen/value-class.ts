/** How the values of a column compare and come back from the driver: what decides which literals narrow it. */
export type ValueClass =
  /** Equal means identical: text and varchar under a deterministic collation, name, "char". */
  | { readonly kind: 'text' }
  /** char(n): the server pads to `length`, and compares without the padding. */
  | { readonly kind: 'padded'; readonly length: number }
  /** int2, int4: numbers. */
  | { readonly kind: 'integer' }
  /** int8: digits in a string. */
  | { readonly kind: 'bigint' }
  | { readonly kind: 'boolean' }
  /** `type` as format_type() writes it with an empty search_path. */
  | { readonly kind: 'enum'; readonly labels: readonly string[]; readonly type: string }
  /** float4, float8: numbers that are not enumerated. */
  | { readonly kind: 'number' }
  /** Exact, but 1.0 is 1: not enumerated either. */
  | { readonly kind: 'numeric' }
  | { readonly kind: 'other' };

export type Value = string | number | boolean;

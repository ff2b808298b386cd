/** The nouns that every output prints: relations with their claims, unions, brands. Made by model.ts from a Snapshot. */
import type { QName, Table, View } from '../catalog/type-source.ts';
import type { ResolvedType } from './columns.ts';
import type { Document, Documents } from './documents.ts';
import type { Facts } from './facts.ts';
import type { Parsing } from './typemap.ts';
import type { Value } from './value-class.ts';

export interface TypeOptions {
  /** Ids of different tables are different types. Default of the configuration: true. */
  readonly brandedIds: boolean;
  /** False: dates and times are `Date` alone, a promise that no row holds infinity. Default of the configuration: true. */
  readonly infinity: boolean;
  /** Parsers that registerTypes() gives the driver. Default of the configuration: none. */
  readonly parse: Parsing;
  /** JSON Schemas that comments of columns name. Default: none; a column that names one is then any JSON. */
  readonly documents?: Documents;
  /** Names of the error classes in the procedures file, without `Error`, by SQLSTATE: no type is called so. Default: none. */
  readonly errors?: Readonly<Record<string, string>>;
  /** Schemas in order; names of tables in the first stand without a prefix. */
  readonly schemas: readonly string[];
}

export interface TypedColumn {
  readonly name: string;
  /** TypeScript text, without NULL. */
  readonly read: string;
  readonly write: string;
  /** Reading can give NULL. */
  readonly nullable: boolean;
  /** NULL may be written. */
  readonly writesNull: boolean;
  readonly insert: 'required' | 'optional' | 'never';
  /** Never: generated, or identity ALWAYS. */
  readonly update: 'optional' | 'never';
  readonly facts: Facts;
  readonly type: ResolvedType;
  /** As declared: `character varying(254)`. */
  readonly declared: string;
  readonly comment: string | null;
  /** The JSON Schema that its comment names. */
  readonly document: Document | null;
}

export interface TypedRelation extends QName {
  readonly kind: Table['kind'] | View['kind'];
  /** `Booking` of `BookingRow`, `NewBooking`, `BookingPatch`. */
  readonly entity: string;
  /** `users`, or `auth.users` outside the first schema. */
  readonly label: string;
  readonly columns: readonly TypedColumn[];
  /** Views are only read. */
  readonly writable: boolean;
  readonly comment: string | null;
}

/** A closed set of values with a name: an enum, a domain or a column whose CHECK lists them. */
export interface Union {
  readonly name: string;
  readonly values: readonly Value[];
  /** `enum public.mood`, `check of public.bookings.state`. */
  readonly origin: string;
  readonly comment: string | null;
}

/** A composite type as registerTypes() parses it, and as `(column).*` arrives without. Every field may be NULL. */
export interface TypedComposite extends QName {
  readonly entity: string;
  readonly columns: readonly TypedField[];
  readonly comment: string | null;
}

export interface TypedField {
  readonly name: string;
  readonly read: string;
  readonly type: ResolvedType;
  readonly comment: string | null;
}

export interface Brand {
  readonly name: string;
  /** `users.id`, with the schema when it is not the first. */
  readonly key: string;
  readonly base: string;
}

/** A value that goes into or comes out of a function. */
export interface TypedValue {
  /** As in SQL; null when it has none. */
  readonly name: string | null;
  /** format_type(), for the cast that tells overloads apart. */
  readonly declared: string;
  readonly type: ResolvedType;
  readonly read: string;
  readonly write: string;
}

export interface TypedParameter extends TypedValue {
  /** Name in TypeScript: `expectedVersion` of `p_expected_version`. */
  readonly key: string;
  readonly optional: boolean;
  /** Its default is NULL, so NULL may be given too. */
  readonly takesNull: boolean;
  readonly variadic: boolean;
  /** Given by place: it has no name, or one without stands after it. */
  readonly byPlace: boolean;
}

/** What a CALL must hold for an OUT parameter of a procedure: a NULL. */
export interface OutPlace {
  /** Null: given by place, in front of the parameter of the index `before`. */
  readonly name: string | null;
  readonly before: number;
  readonly declared: string;
}

export type TypedResult =
  | { readonly kind: 'void' }
  | { readonly kind: 'value'; readonly type: ResolvedType; readonly read: string; readonly set: boolean }
  | {
      readonly kind: 'rows';
      /** Rows of a table or view: its entity. Else the columns are the result's own. */
      readonly entity: string | null;
      readonly columns: readonly TypedValue[];
      readonly set: boolean;
    };

/** A function or procedure that some role besides its owner may execute. */
export interface TypedRoutine extends QName {
  readonly kind: 'function' | 'procedure';
  /** Tells overloads apart: `integer, text`. */
  readonly identity: string;
  /** `acceptBooking`; overloads whose names of arguments differ share it. */
  readonly call: string;
  /** `AcceptBooking` of `AcceptBookingArgs` and `AcceptBookingResult`. */
  readonly entity: string;
  readonly parameters: readonly TypedParameter[];
  /** Of a procedure; a function is called without. */
  readonly outs: readonly OutPlace[];
  readonly result: TypedResult;
  readonly comment: string | null;
}

export interface TypeModel {
  readonly relations: readonly TypedRelation[];
  readonly routines: readonly TypedRoutine[];
  readonly unions: readonly Union[];
  readonly composites: readonly TypedComposite[];
  readonly brands: readonly Brand[];
  readonly documents: readonly Document[];
}

export const rowName = (entity: string): string => `${entity}Row`;
export const newName = (entity: string): string => `New${entity}`;
export const argsName = (entity: string): string => `${entity}Args`;
export const resultName = (entity: string): string => `${entity}Result`;
export const patchName = (entity: string): string => `${entity}Patch`;

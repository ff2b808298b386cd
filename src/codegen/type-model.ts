/** The nouns that every output prints: relations with their claims, unions, brands. Made by model.ts from a Snapshot. */
import type { QName, Table, View } from '../catalog/model.ts';
import type { ResolvedType } from './columns.ts';
import type { Facts } from './facts.ts';
import type { Value } from './value-class.ts';

export interface TypeOptions {
  /** Ids of different tables are different types. Default of the configuration: true. */
  readonly brandedIds: boolean;
  /** False: dates and times are `Date` alone, a promise that no row holds infinity. Default of the configuration: true. */
  readonly infinity: boolean;
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

export interface Brand {
  readonly name: string;
  /** `users.id`, with the schema when it is not the first. */
  readonly key: string;
  readonly base: string;
}

export interface TypeModel {
  readonly relations: readonly TypedRelation[];
  readonly unions: readonly Union[];
  readonly brands: readonly Brand[];
}

export const rowName = (entity: string): string => `${entity}Row`;
export const newName = (entity: string): string => `New${entity}`;
export const patchName = (entity: string): string => `${entity}Patch`;

/* eslint-disable */
/**
 * Row types of the database, written by `strata types`. Do not edit: change the schema and run it again.
 * Snapshot: sha256:test
 */

/** A parsed JSON document. Note that SQL's NULL and JSON's null both arrive as null. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/**
 * What the driver sends as JSON: objects are serialised, strings are taken for JSON text. An array would be sent as a
 * PostgreSQL array and null as NULL: give `JSON.stringify(value)` for those.
 */
export type JsonInput = { readonly [key: string]: JsonValue | undefined } | string | number | boolean;

/** A Date, or the number Infinity or -Infinity for PostgreSQL's special values. */
export type PgDate = Date | number;

/** An interval as the driver returns it; parts that are zero are left out. */
export interface PgInterval {
  readonly years?: number;
  readonly months?: number;
  readonly days?: number;
  readonly hours?: number;
  readonly minutes?: number;
  readonly seconds?: number;
  readonly milliseconds?: number;
  toPostgres(): string;
  toISO(): string;
  toISOString(): string;
}

export interface PgPoint {
  readonly x: number;
  readonly y: number;
}

export interface PgCircle {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
}

declare const brand: unique symbol;
/** Makes the ids of different tables different types. `id as UserId` brands a plain value. */
export interface Brand<Key extends string> {
  readonly [brand]: Key;
}

export type BookingsId = number & Brand<'bookings.id'>;

export type ClassId = number & Brand<'class.id'>;

export type _2faUserId = string & Brand<'2fa.user_id'>;

export type AId = number & Brand<'a.id'>;

export type BookingId = string & Brand<'booking.id'>;

export type PartId = number & Brand<'parts.id'>;

/** enum Weird-schema.mood */
export const weirdSchemaMoodValues = [
  'other',
] as const;
export type WeirdSchemaMood = (typeof weirdSchemaMoodValues)[number];

/** enum public.booking_row */
export const bookingRowEnumValues = [
  'clash',
] as const;
export type BookingRowEnum = (typeof bookingRowEnumValues)[number];

/** enum public.date */
export const dateEnumValues = [
  'x',
] as const;
export type DateEnum = (typeof dateEnumValues)[number];

/** enum public.json_value */
export const jsonValueEnumValues = [
  'helper',
] as const;
export type JsonValueEnum = (typeof jsonValueEnumValues)[number];

/** domain public.level */
export const levelValues = [
  'low',
  'high',
] as const;
export type Level = (typeof levelValues)[number];

/**
 * How someone feels *\/ export const evil = 1; /*
 *
 * enum public.mood
 */
export const moodValues = [
  'zufrieden',
  'Änderung',
  'it\'s',
  '*/ evil',
  'a\nb',
  '${x}',
  '\\',
  '',
] as const;
export type Mood = (typeof moodValues)[number];

/** check of public.bookings.state */
export const bookingsStateValues = [
  'open',
  'it\'s',
  '*/',
  '`${x}`',
] as const;
export type BookingsState = (typeof bookingsStateValues)[number];

/** table Weird-schema.bookings */
export interface WeirdSchemaBookingRow {
  readonly id: BookingsId;
  readonly 'a b': ClassId | null;
}

/** What INSERT into bookings takes. */
export interface NewWeirdSchemaBooking {
  id: BookingsId;
  'a b'?: ClassId | null;
}

/** What UPDATE of bookings takes. */
export interface WeirdSchemaBookingPatch {
  id?: BookingsId;
  'a b'?: ClassId | null;
}

/** table public.!? */
export interface UnnamedRow {
}

/** What INSERT into !? takes. */
export interface NewUnnamed {
}

/** What UPDATE of !? takes. */
export interface UnnamedPatch {
}

/** table public.2fa */
export interface _2faRow {
  readonly user_id: _2faUserId;
}

/** What INSERT into 2fa takes. */
export interface New_2fa {
  user_id: _2faUserId;
}

/** What UPDATE of 2fa takes. */
export interface _2faPatch {
  user_id?: _2faUserId;
}

/** table public.a */
export interface ARow {
  readonly id: AId;
}

/** What INSERT into a takes. */
export interface NewA {
  id: AId;
}

/** What UPDATE of a takes. */
export interface APatch {
  id?: AId;
}

/** table public.b */
export interface BRow {
  readonly id: AId;
}

/** What INSERT into b takes. */
export interface NewB {
  id: AId;
}

/** What UPDATE of b takes. */
export interface BPatch {
  id?: AId;
}

/** table public.booking */
export interface BookingRow {
  readonly id: BookingId;
  readonly of: BookingsId;
}

/** What INSERT into booking takes. */
export interface NewBooking {
  id?: BookingId;
  of: BookingsId;
}

/** What UPDATE of booking takes. */
export interface BookingPatch {
  id?: BookingId;
  of?: BookingsId;
}

/**
 * Line one
 *
 * *\/ export type Evil = 1; /*
 * @deprecated
 * `code` ${x}
 *
 * table public.bookings
 */
export interface BookingsRow {
  readonly id: BookingsId;
  readonly parent_id: BookingsId | null;
  /**
   * multi
   * line *\/
   *  end
   */
  readonly state: BookingsState;
  readonly class: string | null;
  readonly default: string | null;
  readonly function: number | null;
  readonly '1st': number | null;
  /** plain */
  readonly 'weird col': string | null;
  readonly 'quote\'d': string | null;
  readonly 'dou"ble': string | null;
  readonly 'back\\slash': string | null;
  readonly '*/': string | null;
  readonly 'ünï': string | null;
  readonly 'new\nline': string | null;
  readonly '😀': string | null;
  readonly 'a-b': string | null;
  readonly readonly: string | null;
  readonly 'a:b?': string | null;
  readonly total: number | null;
  readonly at: PgDate;
  readonly until: Date;
  readonly moods: string | null;
  readonly levels: string | null;
  readonly level: Level;
  readonly mood: Mood;
  readonly contact: string | null;
  readonly home: string | null;
  readonly homes: string | null;
  readonly s: string | null;
  readonly ss: string | null;
  readonly big: string;
  readonly bigs: (string | null)[] | null;
  readonly n: string | null;
  readonly ns: (number | null)[];
  readonly f: number | null;
  readonly tags: string[];
  readonly doc: JsonValue;
  readonly docs: (JsonValue | null)[] | null;
  readonly raw: Buffer | null;
  readonly raws: (Buffer | null)[] | null;
  readonly p: PgPoint | null;
  readonly c: PgCircle | null;
  readonly b: string | null;
  readonly bs: string | null;
  readonly i: PgInterval | null;
  readonly is_ok: boolean | null;
  readonly nothing: string;
  readonly other_mood: WeirdSchemaMood | null;
}

/** What INSERT into bookings takes. */
export interface NewBookings {
  id?: never;
  parent_id?: BookingsId | null;
  state?: BookingsState;
  class?: string | null;
  default?: string | null;
  function?: number | null;
  '1st'?: number | null;
  'weird col'?: string | null;
  'quote\'d'?: string | null;
  'dou"ble'?: string | null;
  'back\\slash'?: string | null;
  '*/'?: string | null;
  'ünï'?: string | null;
  'new\nline'?: string | null;
  '😀'?: string | null;
  'a-b'?: string | null;
  readonly?: string | null;
  'a:b?'?: string | null;
  total?: never;
  at?: PgDate | string;
  until: Date | string;
  moods?: string | readonly (Mood | null)[] | null;
  levels?: string | readonly (Level | null)[] | null;
  level?: Level;
  mood: Mood;
  contact?: string | null;
  home?: string | null;
  homes?: string | readonly (string | null)[] | null;
  s?: string | null;
  ss?: string | null;
  big: string | number | bigint;
  bigs?: readonly (string | number | bigint | null)[] | null;
  n?: string | number | bigint | null;
  ns: readonly (string | number | bigint | null)[];
  f?: number | null;
  tags: readonly string[];
  doc: JsonInput;
  docs?: readonly (JsonInput | null)[] | null;
  raw?: Uint8Array | null;
  raws?: readonly (Uint8Array | null)[] | null;
  p?: string | null;
  c?: string | null;
  b?: string | null;
  bs?: string | null;
  i?: PgInterval | string | null;
  is_ok?: boolean | null;
  nothing: string;
  other_mood?: WeirdSchemaMood | null;
}

/** What UPDATE of bookings takes. */
export interface BookingsPatch {
  id?: never;
  parent_id?: BookingsId | null;
  state?: BookingsState;
  class?: string | null;
  default?: string | null;
  function?: number | null;
  '1st'?: number | null;
  'weird col'?: string | null;
  'quote\'d'?: string | null;
  'dou"ble'?: string | null;
  'back\\slash'?: string | null;
  '*/'?: string | null;
  'ünï'?: string | null;
  'new\nline'?: string | null;
  '😀'?: string | null;
  'a-b'?: string | null;
  readonly?: string | null;
  'a:b?'?: string | null;
  total?: never;
  at?: PgDate | string;
  until?: Date | string;
  moods?: string | readonly (Mood | null)[] | null;
  levels?: string | readonly (Level | null)[] | null;
  level?: Level;
  mood?: Mood;
  contact?: string | null;
  home?: string | null;
  homes?: string | readonly (string | null)[] | null;
  s?: string | null;
  ss?: string | null;
  big?: string | number | bigint;
  bigs?: readonly (string | number | bigint | null)[] | null;
  n?: string | number | bigint | null;
  ns?: readonly (string | number | bigint | null)[];
  f?: number | null;
  tags?: readonly string[];
  doc?: JsonInput;
  docs?: readonly (JsonInput | null)[] | null;
  raw?: Uint8Array | null;
  raws?: readonly (Uint8Array | null)[] | null;
  p?: string | null;
  c?: string | null;
  b?: string | null;
  bs?: string | null;
  i?: PgInterval | string | null;
  is_ok?: boolean | null;
  nothing?: string;
  other_mood?: WeirdSchemaMood | null;
}

/** table public.class */
export interface ClassRow {
  readonly id: ClassId;
}

/** What INSERT into class takes. */
export interface NewClass {
  id: ClassId;
}

/** What UPDATE of class takes. */
export interface ClassPatch {
  id?: ClassId;
}

/** partitioned table public.parts */
export interface PartRow {
  readonly id: PartId;
  readonly at: PgDate | null;
}

/** What INSERT into parts takes. */
export interface NewPart {
  id: PartId;
  at?: PgDate | string | null;
}

/** What UPDATE of parts takes. */
export interface PartPatch {
  id?: PartId;
  at?: PgDate | string | null;
}

/** table public.prototypes */
export interface PrototypeRow {
  readonly constructor: string | null;
  readonly __proto__: string | null;
  readonly toString: number | null;
}

/** What INSERT into prototypes takes. */
export interface NewPrototype {
  constructor?: string | null;
  __proto__?: string | null;
  toString?: number | null;
}

/** What UPDATE of prototypes takes. */
export interface PrototypePatch {
  constructor?: string | null;
  __proto__?: string | null;
  toString?: number | null;
}

/** table public.wide_reference */
export interface WideReferenceRow {
  readonly small: string;
}

/** What INSERT into wide_reference takes. */
export interface NewWideReference {
  small: string | number | bigint;
}

/** What UPDATE of wide_reference takes. */
export interface WideReferencePatch {
  small?: string | number | bigint;
}

/** materialized view public.series */
export interface SeriesRow {
  readonly count: string | null;
  readonly avg: string | null;
}

/** view public.statuses */
export interface StatusRow {
  readonly id: number | null;
  readonly state: string | null;
  readonly level: Level | null;
}

/** A table as Kysely sees it: what SELECT gives, INSERT takes and UPDATE takes, by column. */
export type KyselyTable<Row, New extends { [K in keyof Row]?: unknown }, Patch extends { [K in keyof Row]?: unknown }> = {
  readonly [K in keyof Row]: {
    readonly __select__: Row[K];
    readonly __insert__: New[K];
    readonly __update__: Patch[K];
  };
};
/** A view as Kysely sees it. */
export type KyselyView<Row> = {
  readonly [K in keyof Row]: { readonly __select__: Row[K]; readonly __insert__: never; readonly __update__: never };
};
/** Every table and view by its name: `new Kysely<Database>(…)`. */
export interface Database {
  readonly 'Weird-schema.bookings': KyselyTable<WeirdSchemaBookingRow, NewWeirdSchemaBooking, WeirdSchemaBookingPatch>;
  readonly '!?': KyselyTable<UnnamedRow, NewUnnamed, UnnamedPatch>;
  readonly '2fa': KyselyTable<_2faRow, New_2fa, _2faPatch>;
  readonly a: KyselyTable<ARow, NewA, APatch>;
  readonly b: KyselyTable<BRow, NewB, BPatch>;
  readonly booking: KyselyTable<BookingRow, NewBooking, BookingPatch>;
  readonly bookings: KyselyTable<BookingsRow, NewBookings, BookingsPatch>;
  readonly class: KyselyTable<ClassRow, NewClass, ClassPatch>;
  readonly parts: KyselyTable<PartRow, NewPart, PartPatch>;
  readonly prototypes: KyselyTable<PrototypeRow, NewPrototype, PrototypePatch>;
  readonly wide_reference: KyselyTable<WideReferenceRow, NewWideReference, WideReferencePatch>;
  readonly series: KyselyView<SeriesRow>;
  readonly statuses: KyselyView<StatusRow>;
}

/** What the types of the marketplace promise to the teams that import them: what must compile, and what must not. */
import type { Insertable, Selectable, Updateable } from 'kysely';
import { expectTypeOf } from 'vitest';
import * as calls from '../../generated/procedures.ts';
import type {
  ActiveTutorProfileRow,
  BookingId,
  BookingPatch,
  BookingRow,
  BookingSessionOutcome,
  BookingSessionState,
  Database,
  NewBooking,
  PgDate,
  PricingSnapshot,
  UserId,
  UserPatch,
} from '../../generated/types.ts';

type Optional<Row, Key extends keyof Row> = Record<never, never> extends Pick<Row, Key> ? true : false;

export function rows(booking: BookingRow): void {
  // Ids are numbers at run time, and each table's its own.
  expectTypeOf(booking.id).toExtend<number>();
  expectTypeOf<number>().not.toExtend<BookingId>();
  expectTypeOf<BookingId>().not.toExtend<UserId>();
  // A foreign key has the type of what it refers to.
  expectTypeOf<BookingRow['student_id']>().toEqualTypeOf<UserId>();
  // @ts-expect-error: a lesson's id is no person's
  const person: UserId = booking.id;
  void person;
  // CHECK (x IN (…)) is a union; NULL only where the column takes it.
  expectTypeOf<BookingRow['session_state']>().toEqualTypeOf<BookingSessionState>();
  expectTypeOf<'SCHEDULED'>().toExtend<BookingSessionState>();
  expectTypeOf<string>().not.toExtend<BookingSessionState>();
  expectTypeOf<BookingRow['session_outcome']>().toEqualTypeOf<BookingSessionOutcome | null>();
  // As the driver gives it: numeric as text, integers as numbers, times as Date or infinity, documents by their schema.
  expectTypeOf<BookingRow['platform_fee_pct']>().toEqualTypeOf<string>();
  expectTypeOf<BookingRow['rate_cents']>().toEqualTypeOf<number>();
  expectTypeOf<BookingRow['start_time']>().toEqualTypeOf<PgDate>();
  expectTypeOf<BookingRow['pricing_snapshot']>().toEqualTypeOf<PricingSnapshot>();
  // @ts-expect-error: a row that was read is no place to write
  booking.rate_cents = 1;
}

export function writes(): void {
  // Required is what has no default and takes no NULL.
  expectTypeOf<Optional<NewBooking, 'rate_cents'>>().toEqualTypeOf<false>();
  expectTypeOf<Optional<NewBooking, 'currency'>>().toEqualTypeOf<true>();
  expectTypeOf<Optional<NewBooking, 'package_id'>>().toEqualTypeOf<true>();
  expectTypeOf<NewBooking['session_state']>().toEqualTypeOf<BookingSessionState | undefined>();
  expectTypeOf<Record<never, never>>().toExtend<BookingPatch>();
  expectTypeOf<{ session_state: 'NONSENSE' }>().not.toExtend<BookingPatch>();
  expectTypeOf<{ rate_cents: null }>().not.toExtend<BookingPatch>();
  expectTypeOf<{ google_id: null }>().toExtend<UserPatch>();
}

export function views(): void {
  // From the query behind it: what cannot be NULL in the table cannot in the view, where the server is new enough to tell.
  expectTypeOf<ActiveTutorProfileRow['title']>().toEqualTypeOf<string>();
  expectTypeOf<ActiveTutorProfileRow['average_rating']>().toEqualTypeOf<string | null>();
  expectTypeOf<ActiveTutorProfileRow>().not.toHaveProperty('no_such_column');
}

export function kysely(): void {
  expectTypeOf<Selectable<Database['bookings']>['session_state']>().toEqualTypeOf<BookingSessionState>();
  expectTypeOf<Optional<Insertable<Database['bookings']>, 'currency'>>().toEqualTypeOf<true>();
  expectTypeOf<Optional<Insertable<Database['bookings']>, 'rate_cents'>>().toEqualTypeOf<false>();
  expectTypeOf<Updateable<Database['bookings']>['student_id']>().toEqualTypeOf<UserId | undefined>();
  expectTypeOf<Database>().not.toHaveProperty('no_such_table');
}

export function procedures(db: calls.Queryable): void {
  expectTypeOf(calls.acceptBooking).returns.resolves.toEqualTypeOf<BookingRow>();
  expectTypeOf(calls.acceptBooking).parameter(1).toHaveProperty('bookingId').toEqualTypeOf<number>();
  expectTypeOf<calls.AcceptBookingArgs['expectedVersion']>().toEqualTypeOf<number | null | undefined>();
  // @ts-expect-error: which lesson?
  void calls.acceptBooking(db, {});
  // @ts-expect-error: no argument is called so
  void calls.acceptBooking(db, { bookingId: 1, version: 2 });
  expectTypeOf(calls.searchTutors).returns.resolves.items.toHaveProperty('tutor_profile_id');
}

export function errors(thrown: unknown): void {
  const error = calls.typedError(thrown);
  expectTypeOf(error).toEqualTypeOf<unknown>();
  if (!(error instanceof calls.SlotTakenError)) return;
  expectTypeOf(error).toExtend<calls.DatabaseError>();
  expectTypeOf<calls.SlotTakenError['name']>().toEqualTypeOf<'SlotTakenError'>();
  expectTypeOf(error.columns).toEqualTypeOf<readonly string[]>();
  expectTypeOf(error.key).toEqualTypeOf<Readonly<Record<string, string>> | undefined>();
  // @ts-expect-error: a version conflict is another error
  const other: calls.VersionConflictError = error;
  void other;
}

/* eslint-disable */
/** Row types of the database, written by `strata types`. Do not edit: change the schema and run it again. */

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

declare const brand: unique symbol;
/** Makes the ids of different tables different types. `id as UserId` brands a plain value. */
export interface Brand<Key extends string> {
  readonly [brand]: Key;
}

export type UserId = number & Brand<'users.id'>;

export type BookingTransitionId = string & Brand<'booking_transitions.id'>;

export type BookingId = number & Brand<'bookings.id'>;

export type BookingWaitlistId = number & Brand<'booking_waitlist.id'>;

export type TutorProfileId = number & Brand<'tutor_profiles.id'>;

export type SubjectId = number & Brand<'subjects.id'>;

export type StudentPackageId = number & Brand<'student_packages.id'>;

export type ConversationId = number & Brand<'conversations.id'>;

export type CurrencyRateId = number & Brand<'currency_rates.id'>;

export type DataSubjectRequestId = number & Brand<'data_subject_requests.id'>;

export type ErasureLogId = string & Brand<'erasure_log.id'>;

export type FavoriteTutorId = number & Brand<'favorite_tutors.id'>;

export type IdempotencyKeyId = string & Brand<'idempotency_keys.id'>;

export type LearningGoalId = number & Brand<'learning_goals.id'>;

export type SkillId = number & Brand<'skills.id'>;

export type LessonId = number & Brand<'lessons.id'>;

export type MessageAttachmentId = string & Brand<'message_attachments.id'>;

export type MessageId = string & Brand<'messages.id'>;

export type NotificationTemplateId = number & Brand<'notification_templates.id'>;

export type PaymentId = number & Brand<'payments.id'>;

export type PayoutId = number & Brand<'payouts.id'>;

export type ProgressId = number & Brand<'progress.id'>;

export type RefundId = number & Brand<'refunds.id'>;

export type ReportId = number & Brand<'reports.id'>;

export type RetentionPolicyId = number & Brand<'retention_policies.id'>;

export type RetentionRunId = string & Brand<'retention_runs.id'>;

export type ReviewId = number & Brand<'reviews.id'>;

export type SessionMaterialId = number & Brand<'session_materials.id'>;

export type StoredFileId = string & Brand<'stored_files.id'>;

export type StudentNoteId = number & Brand<'student_notes.id'>;

export type TutorPricingOptionId = number & Brand<'tutor_pricing_options.id'>;

export type StudentProfileId = number & Brand<'student_profiles.id'>;

export type TutorAvailabilityId = number & Brand<'tutor_availabilities.id'>;

export type TutorBlackoutId = number & Brand<'tutor_blackouts.id'>;

export type TutorCertificationId = number & Brand<'tutor_certifications.id'>;

export type TutorEducationId = number & Brand<'tutor_education.id'>;

export type TutorLanguageId = number & Brand<'tutor_languages.id'>;

export type TutorResponseLogId = string & Brand<'tutor_response_log.id'>;

export type TutorSubjectId = number & Brand<'tutor_subjects.id'>;

export type UserConsentId = number & Brand<'user_consents.id'>;

export type UserNotificationPreferenceId = number & Brand<'user_notification_preferences.id'>;

export type UserProfileId = number & Brand<'user_profiles.id'>;

export type WalletTransactionId = string & Brand<'wallet_transactions.id'>;

export type WalletId = number & Brand<'wallets.id'>;

export type WebhookEventId = string & Brand<'webhook_events.id'>;

/** check of public.audit_log.operation */
export const auditLogOperationValues = [
  'INSERT',
  'UPDATE',
  'DELETE',
] as const;
export type AuditLogOperation = (typeof auditLogOperationValues)[number];

/** check of public.booking_transitions.action */
export const bookingTransitionActionValues = [
  'import',
  'create',
  'accept',
  'decline',
  'cancel',
  'expire',
  'start',
  'end',
  'no_show',
  'reschedule',
  'open_dispute',
  'resolve_dispute',
  'payment',
] as const;
export type BookingTransitionAction = (typeof bookingTransitionActionValues)[number];

/** check of public.booking_transitions.actor_role */
export const bookingTransitionActorRoleValues = [
  'STUDENT',
  'TUTOR',
  'ADMIN',
  'SYSTEM',
] as const;
export type BookingTransitionActorRole = (typeof bookingTransitionActorRoleValues)[number];

/** check of public.booking_waitlist.status */
export const bookingWaitlistStatusValues = [
  'WAITING',
  'NOTIFIED',
  'BOOKED',
  'EXPIRED',
] as const;
export type BookingWaitlistStatus = (typeof bookingWaitlistStatusValues)[number];

/** check of public.bookings.session_state */
export const bookingSessionStateValues = [
  'REQUESTED',
  'SCHEDULED',
  'ACTIVE',
  'ENDED',
  'CANCELLED',
  'EXPIRED',
] as const;
export type BookingSessionState = (typeof bookingSessionStateValues)[number];

/** check of public.bookings.session_outcome */
export const bookingSessionOutcomeValues = [
  'COMPLETED',
  'NOT_HELD',
  'NO_SHOW_STUDENT',
  'NO_SHOW_TUTOR',
] as const;
export type BookingSessionOutcome = (typeof bookingSessionOutcomeValues)[number];

/** check of public.bookings.payment_state */
export const bookingPaymentStateValues = [
  'PENDING',
  'AUTHORIZED',
  'CAPTURED',
  'VOIDED',
  'REFUNDED',
  'PARTIALLY_REFUNDED',
] as const;
export type BookingPaymentState = (typeof bookingPaymentStateValues)[number];

/** check of public.bookings.dispute_state */
export const bookingDisputeStateValues = [
  'NONE',
  'OPEN',
  'RESOLVED_UPHELD',
  'RESOLVED_REFUNDED',
] as const;
export type BookingDisputeState = (typeof bookingDisputeStateValues)[number];

/** check of public.bookings.cancelled_by_role */
export const bookingCancelledByRoleValues = [
  'STUDENT',
  'TUTOR',
  'ADMIN',
  'SYSTEM',
] as const;
export type BookingCancelledByRole = (typeof bookingCancelledByRoleValues)[number];

/** check of public.data_subject_requests.kind */
export const dataSubjectRequestKindValues = [
  'EXPORT',
  'ERASURE',
  'RECTIFICATION',
  'RESTRICTION',
] as const;
export type DataSubjectRequestKind = (typeof dataSubjectRequestKindValues)[number];

/** check of public.data_subject_requests.status */
export const dataSubjectRequestStatusValues = [
  'RECEIVED',
  'IN_PROGRESS',
  'COMPLETED',
  'REFUSED',
] as const;
export type DataSubjectRequestStatus = (typeof dataSubjectRequestStatusValues)[number];

/** check of public.erasure_log.action */
export const erasureLogActionValues = [
  'delete',
  'anonymise',
  'keep',
] as const;
export type ErasureLogAction = (typeof erasureLogActionValues)[number];

/** check of public.learning_goals.status */
export const learningGoalStatusValues = [
  'OPEN',
  'REACHED',
  'DROPPED',
] as const;
export type LearningGoalStatus = (typeof learningGoalStatusValues)[number];

/** check of public.message_attachments.mime_type */
export const messageAttachmentMimeTypeValues = [
  'image/jpeg',
  'image/png',
  'image/webp',
  'application/pdf',
] as const;
export type MessageAttachmentMimeType = (typeof messageAttachmentMimeTypeValues)[number];

/** check of public.notification_templates.channel */
export const notificationTemplateChannelValues = [
  'email',
  'push',
  'sms',
  'in_app',
] as const;
export type NotificationTemplateChannel = (typeof notificationTemplateChannelValues)[number];

/** check of public.notifications.channel */
export const notificationChannelValues = [
  'email',
  'push',
  'sms',
  'in_app',
] as const;
export type NotificationChannel = (typeof notificationChannelValues)[number];

/** check of public.payments.status */
export const paymentStatusValues = [
  'REQUIRES_ACTION',
  'AUTHORIZED',
  'CAPTURED',
  'VOIDED',
  'PARTIALLY_REFUNDED',
  'REFUNDED',
  'FAILED',
] as const;
export type PaymentStatus = (typeof paymentStatusValues)[number];

/** check of public.payouts.status */
export const payoutStatusValues = [
  'PENDING',
  'SUBMITTED',
  'PAID',
  'FAILED',
] as const;
export type PayoutStatus = (typeof payoutStatusValues)[number];

/** check of public.refunds.reason */
export const refundReasonValues = [
  'STUDENT_CANCEL',
  'TUTOR_CANCEL',
  'NO_SHOW_TUTOR',
  'NOT_HELD',
  'DISPUTE',
  'GOODWILL',
  'OTHER',
] as const;
export type RefundReason = (typeof refundReasonValues)[number];

/** check of public.reports.category */
export const reportCategoryValues = [
  'harassment',
  'fraud',
  'no_show',
  'content',
  'safety',
  'other',
] as const;
export type ReportCategory = (typeof reportCategoryValues)[number];

/** check of public.reports.status */
export const reportStatusValues = [
  'OPEN',
  'REVIEWING',
  'RESOLVED',
  'DISMISSED',
] as const;
export type ReportStatus = (typeof reportStatusValues)[number];

/** check of public.retention_policies.action */
export const retentionPolicyActionValues = [
  'delete',
  'archive',
  'anonymise',
  'drop_partition',
  'keep',
] as const;
export type RetentionPolicyAction = (typeof retentionPolicyActionValues)[number];

/** check of public.session_materials.material_type */
export const sessionMaterialMaterialTypeValues = [
  'link',
  'document',
  'image',
  'recording',
] as const;
export type SessionMaterialMaterialType = (typeof sessionMaterialMaterialTypeValues)[number];

/** check of public.student_packages.status */
export const studentPackageStatusValues = [
  'active',
  'expired',
  'exhausted',
  'refunded',
] as const;
export type StudentPackageStatus = (typeof studentPackageStatusValues)[number];

/** check of public.student_profiles.education_level */
export const studentProfileEducationLevelValues = [
  'primary',
  'secondary',
  'undergraduate',
  'graduate',
  'adult',
] as const;
export type StudentProfileEducationLevel = (typeof studentProfileEducationLevelValues)[number];

/** check of public.tutor_languages.fluency */
export const tutorLanguageFluencyValues = [
  'basic',
  'fluent',
  'native',
] as const;
export type TutorLanguageFluency = (typeof tutorLanguageFluencyValues)[number];

/** check of public.tutor_profiles.profile_status */
export const tutorProfileProfileStatusValues = [
  'incomplete',
  'pending_approval',
  'under_review',
  'approved',
  'rejected',
  'archived',
] as const;
export type TutorProfileProfileStatus = (typeof tutorProfileProfileStatusValues)[number];

/** check of public.tutor_response_log.response */
export const tutorResponseLogResponseValues = [
  'ACCEPTED',
  'DECLINED',
  'EXPIRED',
] as const;
export type TutorResponseLogResponse = (typeof tutorResponseLogResponseValues)[number];

/** check of public.tutor_subjects.level */
export const tutorSubjectLevelValues = [
  'all',
  'beginner',
  'intermediate',
  'advanced',
] as const;
export type TutorSubjectLevel = (typeof tutorSubjectLevelValues)[number];

/** check of public.user_consents.purpose */
export const userConsentPurposeValues = [
  'terms',
  'privacy',
  'marketing',
  'recording',
  'cookies',
] as const;
export type UserConsentPurpose = (typeof userConsentPurposeValues)[number];

/** check of public.user_notification_preferences.channel */
export const userNotificationPreferenceChannelValues = [
  'email',
  'push',
  'sms',
  'in_app',
] as const;
export type UserNotificationPreferenceChannel = (typeof userNotificationPreferenceChannelValues)[number];

/** check of public.user_notification_preferences.category */
export const userNotificationPreferenceCategoryValues = [
  'booking',
  'message',
  'payment',
  'review',
  'reminder',
  'marketing',
] as const;
export type UserNotificationPreferenceCategory = (typeof userNotificationPreferenceCategoryValues)[number];

/** check of public.users.role */
export const userRoleValues = [
  'student',
  'tutor',
  'admin',
  'owner',
] as const;
export type UserRole = (typeof userRoleValues)[number];

/** check of public.wallet_transactions.type */
export const walletTransactionTypeValues = [
  'DEPOSIT',
  'WITHDRAWAL',
  'EARNING',
  'FEE',
  'REFUND',
  'CLAWBACK',
  'PAYOUT',
] as const;
export type WalletTransactionType = (typeof walletTransactionTypeValues)[number];

/** check of public.wallets.kind */
export const walletKindValues = [
  'user',
  'platform',
  'external',
] as const;
export type WalletKind = (typeof walletKindValues)[number];

/**
 * What the price of a booking was computed from.
 * JSON Schema sql/schemas/pricing_snapshot.schema.json
 */
export type PricingSnapshot = {
  readonly hourly_rate: number;
  readonly hourly_rate_currency: PricingSnapshotCurrency;
  /** Length of the lesson. */
  readonly minutes: number;
  readonly platform_fee_pct: number;
  readonly package_id: number | null;
  readonly package_price_cents?: number | null;
  readonly package_sessions?: number | null;
};

/** ISO 4217. */
export type PricingSnapshotCurrency = string;

/**
 * What subscribers learn: ids and states.
 * JSON Schema sql/schemas/outbox_payload.schema.json
 */
export type OutboxPayload = {
  readonly booking_id: number;
  readonly actor_role?: string;
  readonly session_state?: string;
  readonly start_time?: string;
};

/**
 * Who changed what, chained by hashes; append-only. @subject(actor_id) @retention(7 years) @erasure(anonymise)
 *
 * partitioned table public.audit_log
 */
export interface AuditLogRow {
  /** Order of the chain. */
  readonly id: string;
  /** Who; null: the system, or an erased person. */
  readonly actor_id: UserId | null;
  /** In which role. */
  readonly actor_role: string;
  /** Which table (no person's name). */
  readonly table_name: string;
  /** Which row. */
  readonly row_id: string | null;
  /** What was done. */
  readonly operation: AuditLogOperation;
  /** Which columns. */
  readonly changed_columns: (string | null)[];
  /** Before, of columns without personal data only. */
  readonly old_values: JsonValue;
  /** After, of columns without personal data only. */
  readonly new_values: JsonValue;
  /** Hash of the row before; null for the first. */
  readonly previous_hash: string | null;
  /** SHA-256 over this row and the hash before. */
  readonly row_hash: string;
  /** When the row was written. */
  readonly created_at: PgDate;
}

/** What INSERT into audit_log takes. */
export interface NewAuditLog {
  id?: string | number | bigint;
  actor_id?: UserId | null;
  actor_role: string;
  table_name: string;
  row_id?: string | number | bigint | null;
  operation: AuditLogOperation;
  changed_columns: readonly (string | null)[];
  old_values?: JsonInput;
  new_values?: JsonInput;
  previous_hash?: string | null;
  row_hash: string;
  created_at?: PgDate | string;
}

/** What UPDATE of audit_log takes. */
export interface AuditLogPatch {
  id?: string | number | bigint;
  actor_id?: UserId | null;
  actor_role?: string;
  table_name?: string;
  row_id?: string | number | bigint | null;
  operation?: AuditLogOperation;
  changed_columns?: readonly (string | null)[];
  old_values?: JsonInput;
  new_values?: JsonInput;
  previous_hash?: string | null;
  row_hash?: string;
  created_at?: PgDate | string;
}

/**
 * Append-only log of every change of a booking. @subject(actor_id) @retention(for ever) @erasure(keep)
 *
 * table public.booking_transitions
 */
export interface BookingTransitionRow {
  /** Surrogate key. */
  readonly id: BookingTransitionId;
  /** The booking. */
  readonly booking_id: BookingId;
  /** Version of the booking after the change. */
  readonly booking_version: number;
  /** What was done. */
  readonly action: BookingTransitionAction;
  /** Who did it; null: the system, or an erased person. */
  readonly actor_id: UserId | null;
  /** In which capacity. */
  readonly actor_role: BookingTransitionActorRole;
  /** Session before; null on creation or without one. */
  readonly from_session_state: string | null;
  /** Session after. */
  readonly to_session_state: string;
  /** Outcome before; null on creation or without one. */
  readonly from_session_outcome: string | null;
  /** Outcome after. */
  readonly to_session_outcome: string | null;
  /** Payment before; null on creation or without one. */
  readonly from_payment_state: string | null;
  /** Payment after. */
  readonly to_payment_state: string;
  /** Dispute before; null on creation or without one. */
  readonly from_dispute_state: string | null;
  /** Dispute after. */
  readonly to_dispute_state: string;
  /** When it happened, by the clock the procedure was given. */
  readonly occurred_at: PgDate;
  /** When the row was written. */
  readonly created_at: PgDate;
}

/** What INSERT into booking_transitions takes. */
export interface NewBookingTransition {
  id?: BookingTransitionId;
  booking_id: BookingId;
  booking_version: number;
  action: BookingTransitionAction;
  actor_id?: UserId | null;
  actor_role: BookingTransitionActorRole;
  from_session_state?: string | null;
  to_session_state: string;
  from_session_outcome?: string | null;
  to_session_outcome?: string | null;
  from_payment_state?: string | null;
  to_payment_state: string;
  from_dispute_state?: string | null;
  to_dispute_state: string;
  occurred_at: PgDate | string;
  created_at?: PgDate | string;
}

/** What UPDATE of booking_transitions takes. */
export interface BookingTransitionPatch {
  id?: BookingTransitionId;
  booking_id?: BookingId;
  booking_version?: number;
  action?: BookingTransitionAction;
  actor_id?: UserId | null;
  actor_role?: BookingTransitionActorRole;
  from_session_state?: string | null;
  to_session_state?: string;
  from_session_outcome?: string | null;
  to_session_outcome?: string | null;
  from_payment_state?: string | null;
  to_payment_state?: string;
  from_dispute_state?: string | null;
  to_dispute_state?: string;
  occurred_at?: PgDate | string;
  created_at?: PgDate | string;
}

/**
 * Who wants a slot that is taken. @subject(student_id) @erasure(delete)
 *
 * table public.booking_waitlist
 */
export interface BookingWaitlistRow {
  /** Surrogate key. */
  readonly id: BookingWaitlistId;
  /** Whose slot. */
  readonly tutor_profile_id: TutorProfileId;
  /** Who wants it. */
  readonly student_id: UserId;
  /** First moment wanted. */
  readonly start_time: PgDate;
  /** First moment no longer wanted. */
  readonly end_time: PgDate;
  /** Where the wish stands. */
  readonly status: BookingWaitlistStatus;
  /** When it was told that the slot is free. */
  readonly notified_at: PgDate | null;
  /** When the row was written. */
  readonly created_at: PgDate;
  /** When the row last changed; kept by trigger. */
  readonly updated_at: PgDate;
}

/** What INSERT into booking_waitlist takes. */
export interface NewBookingWaitlist {
  id?: BookingWaitlistId;
  tutor_profile_id: TutorProfileId;
  student_id: UserId;
  start_time: PgDate | string;
  end_time: PgDate | string;
  status?: BookingWaitlistStatus;
  notified_at?: PgDate | string | null;
  created_at?: PgDate | string;
  updated_at?: PgDate | string;
}

/** What UPDATE of booking_waitlist takes. */
export interface BookingWaitlistPatch {
  id?: BookingWaitlistId;
  tutor_profile_id?: TutorProfileId;
  student_id?: UserId;
  start_time?: PgDate | string;
  end_time?: PgDate | string;
  status?: BookingWaitlistStatus;
  notified_at?: PgDate | string | null;
  created_at?: PgDate | string;
  updated_at?: PgDate | string;
}

/**
 * Lessons: asked for, agreed, held, paid, disputed; four independent state fields. @subject(student_id) @retention(for ever) @erasure(keep)
 *
 * table public.bookings
 */
export interface BookingRow {
  /** Surrogate key. */
  readonly id: BookingId;
  /** Who teaches. */
  readonly tutor_profile_id: TutorProfileId;
  /** Who learns. */
  readonly student_id: UserId;
  /** What is taught. */
  readonly subject_id: SubjectId;
  /** The package that paid with one credit; null: paid singly. */
  readonly package_id: StudentPackageId | null;
  /** First moment of the lesson. */
  readonly start_time: PgDate;
  /** First moment after the lesson. */
  readonly end_time: PgDate;
  /** Where the session stands. */
  readonly session_state: BookingSessionState;
  /** What became of it; null until the session is terminal. */
  readonly session_outcome: BookingSessionOutcome | null;
  /** Where the money stands. */
  readonly payment_state: BookingPaymentState;
  /** Whether somebody contests the outcome. */
  readonly dispute_state: BookingDisputeState;
  /** When a state field or the time of the lesson last moved. */
  readonly state_changed_at: PgDate;
  /** When the tutor entered the meeting. */
  readonly tutor_joined_at: PgDate | null;
  /** When the student entered the meeting. */
  readonly student_joined_at: PgDate | null;
  /** Which side cancelled. */
  readonly cancelled_by_role: BookingCancelledByRole | null;
  /** When it was cancelled. */
  readonly cancelled_at: PgDate | null;
  /** Why, in the words of who cancelled. @pii(free_text) */
  readonly cancellation_reason: string | null;
  /** What is contested. @pii(free_text) */
  readonly dispute_reason: string | null;
  /** When the dispute was opened. */
  readonly disputed_at: PgDate | null;
  /** Who opened it. */
  readonly disputed_by: UserId | null;
  /** When it was resolved. */
  readonly resolved_at: PgDate | null;
  /** The administrator who resolved it. */
  readonly resolved_by: UserId | null;
  /** Why it was resolved so. @pii(free_text) */
  readonly resolution_notes: string | null;
  /** Name of the tutor, frozen at booking time; a tombstone after erasure. @pii(name) */
  readonly tutor_name: string;
  /** Name of the student, frozen at booking time; a tombstone after erasure. @pii(name) */
  readonly student_name: string;
  /** Name of the subject, frozen at booking time (no person's name). */
  readonly subject_name: string;
  /** Price of the lesson in minor units, frozen at booking time. */
  readonly rate_cents: number;
  /** Currency of the price (ISO 4217). */
  readonly currency: string;
  /** Share of the platform in percent, frozen at booking time. */
  readonly platform_fee_pct: string;
  /** Share of the platform: rate × pct / 100, half up. */
  readonly platform_fee_cents: number;
  /** What is left for the tutor. */
  readonly tutor_earnings_cents: number;
  /** Everything the price was computed from, frozen at booking time. @schema(sql/schemas/pricing_snapshot.schema.json) */
  readonly pricing_snapshot: PricingSnapshot;
  /** When the package got its credit back; at most once. */
  readonly credit_restored_at: PgDate | null;
  /** Address of the meeting. @pii(credential) */
  readonly join_url: string | null;
  /** The meeting at Zoom. */
  readonly zoom_meeting_id: string | null;
  /** The event in the calendar. */
  readonly google_calendar_event_id: string | null;
  /** When the row was soft-deleted; null while it is live. */
  readonly deleted_at: PgDate | null;
  /** Who soft-deleted the row. */
  readonly deleted_by: UserId | null;
  /** Grows by one with every change, for optimistic locking. */
  readonly version: number;
  /** When the row was written. */
  readonly created_at: PgDate;
  /** When the row last changed; kept by trigger. */
  readonly updated_at: PgDate;
}

/** What INSERT into bookings takes. */
export interface NewBooking {
  id?: BookingId;
  tutor_profile_id: TutorProfileId;
  student_id: UserId;
  subject_id: SubjectId;
  package_id?: StudentPackageId | null;
  start_time: PgDate | string;
  end_time: PgDate | string;
  session_state?: BookingSessionState;
  session_outcome?: BookingSessionOutcome | null;
  payment_state?: BookingPaymentState;
  dispute_state?: BookingDisputeState;
  state_changed_at?: PgDate | string;
  tutor_joined_at?: PgDate | string | null;
  student_joined_at?: PgDate | string | null;
  cancelled_by_role?: BookingCancelledByRole | null;
  cancelled_at?: PgDate | string | null;
  cancellation_reason?: string | null;
  dispute_reason?: string | null;
  disputed_at?: PgDate | string | null;
  disputed_by?: UserId | null;
  resolved_at?: PgDate | string | null;
  resolved_by?: UserId | null;
  resolution_notes?: string | null;
  tutor_name: string;
  student_name: string;
  subject_name: string;
  rate_cents: number;
  currency?: string;
  platform_fee_pct?: string | number | bigint;
  platform_fee_cents?: number;
  tutor_earnings_cents?: number;
  pricing_snapshot: PricingSnapshot;
  credit_restored_at?: PgDate | string | null;
  join_url?: string | null;
  zoom_meeting_id?: string | null;
  google_calendar_event_id?: string | null;
  deleted_at?: PgDate | string | null;
  deleted_by?: UserId | null;
  version?: number;
  created_at?: PgDate | string;
  updated_at?: PgDate | string;
}

/** What UPDATE of bookings takes. */
export interface BookingPatch {
  id?: BookingId;
  tutor_profile_id?: TutorProfileId;
  student_id?: UserId;
  subject_id?: SubjectId;
  package_id?: StudentPackageId | null;
  start_time?: PgDate | string;
  end_time?: PgDate | string;
  session_state?: BookingSessionState;
  session_outcome?: BookingSessionOutcome | null;
  payment_state?: BookingPaymentState;
  dispute_state?: BookingDisputeState;
  state_changed_at?: PgDate | string;
  tutor_joined_at?: PgDate | string | null;
  student_joined_at?: PgDate | string | null;
  cancelled_by_role?: BookingCancelledByRole | null;
  cancelled_at?: PgDate | string | null;
  cancellation_reason?: string | null;
  dispute_reason?: string | null;
  disputed_at?: PgDate | string | null;
  disputed_by?: UserId | null;
  resolved_at?: PgDate | string | null;
  resolved_by?: UserId | null;
  resolution_notes?: string | null;
  tutor_name?: string;
  student_name?: string;
  subject_name?: string;
  rate_cents?: number;
  currency?: string;
  platform_fee_pct?: string | number | bigint;
  platform_fee_cents?: number;
  tutor_earnings_cents?: number;
  pricing_snapshot?: PricingSnapshot;
  credit_restored_at?: PgDate | string | null;
  join_url?: string | null;
  zoom_meeting_id?: string | null;
  google_calendar_event_id?: string | null;
  deleted_at?: PgDate | string | null;
  deleted_by?: UserId | null;
  version?: number;
  created_at?: PgDate | string;
  updated_at?: PgDate | string;
}

/**
 * Two people who write to each other. @subject(student_id) @erasure(anonymise)
 *
 * table public.conversations
 */
export interface ConversationRow {
  /** Surrogate key. */
  readonly id: ConversationId;
  /** The student. */
  readonly student_id: UserId;
  /** The account of the tutor. */
  readonly tutor_user_id: UserId;
  /** The lesson it began with. */
  readonly booking_id: BookingId | null;
  /** Latest message. */
  readonly last_message_at: PgDate | null;
  /** When the row was soft-deleted; null while it is live. */
  readonly deleted_at: PgDate | null;
  /** Who soft-deleted the row. */
  readonly deleted_by: UserId | null;
  /** When the row was written. */
  readonly created_at: PgDate;
  /** When the row last changed; kept by trigger. */
  readonly updated_at: PgDate;
}

/** What INSERT into conversations takes. */
export interface NewConversation {
  id?: ConversationId;
  student_id: UserId;
  tutor_user_id: UserId;
  booking_id?: BookingId | null;
  last_message_at?: PgDate | string | null;
  deleted_at?: PgDate | string | null;
  deleted_by?: UserId | null;
  created_at?: PgDate | string;
  updated_at?: PgDate | string;
}

/** What UPDATE of conversations takes. */
export interface ConversationPatch {
  id?: ConversationId;
  student_id?: UserId;
  tutor_user_id?: UserId;
  booking_id?: BookingId | null;
  last_message_at?: PgDate | string | null;
  deleted_at?: PgDate | string | null;
  deleted_by?: UserId | null;
  created_at?: PgDate | string;
  updated_at?: PgDate | string;
}

/**
 * Reference: exchange rates by day.
 *
 * table public.currency_rates
 */
export interface CurrencyRateRow {
  /** Surrogate key. */
  readonly id: CurrencyRateId;
  /** One unit of this … */
  readonly base_currency: string;
  /** … is worth that many of this. */
  readonly quote_currency: string;
  /** Units of the quote currency. */
  readonly rate: string;
  /** Day of the rate. */
  readonly valid_on: PgDate;
  /** Who published it. */
  readonly source: string;
  /** When the row was written. */
  readonly created_at: PgDate;
  /** When the row last changed; kept by trigger. */
  readonly updated_at: PgDate;
}

/** What INSERT into currency_rates takes. */
export interface NewCurrencyRate {
  id?: CurrencyRateId;
  base_currency: string;
  quote_currency: string;
  rate: string | number | bigint;
  valid_on: PgDate | string;
  source: string;
  created_at?: PgDate | string;
  updated_at?: PgDate | string;
}

/** What UPDATE of currency_rates takes. */
export interface CurrencyRatePatch {
  id?: CurrencyRateId;
  base_currency?: string;
  quote_currency?: string;
  rate?: string | number | bigint;
  valid_on?: PgDate | string;
  source?: string;
  created_at?: PgDate | string;
  updated_at?: PgDate | string;
}

/**
 * Requests of persons about their data. @subject(user_id) @retention(7 years) @erasure(keep)
 *
 * table public.data_subject_requests
 */
export interface DataSubjectRequestRow {
  /** Surrogate key. */
  readonly id: DataSubjectRequestId;
  /** Who asks; null after erasure. */
  readonly user_id: UserId | null;
  /** What is asked. */
  readonly kind: DataSubjectRequestKind;
  /** Where it stands. */
  readonly status: DataSubjectRequestStatus;
  /** By when it must be answered. */
  readonly due_at: PgDate;
  /** When it was answered. */
  readonly completed_at: PgDate | null;
  /** The administrator who answered. */
  readonly handled_by: UserId | null;
  /** When the row was written. */
  readonly created_at: PgDate;
  /** When the row last changed; kept by trigger. */
  readonly updated_at: PgDate;
}

/** What INSERT into data_subject_requests takes. */
export interface NewDataSubjectRequest {
  id?: DataSubjectRequestId;
  user_id?: UserId | null;
  kind: DataSubjectRequestKind;
  status?: DataSubjectRequestStatus;
  due_at: PgDate | string;
  completed_at?: PgDate | string | null;
  handled_by?: UserId | null;
  created_at?: PgDate | string;
  updated_at?: PgDate | string;
}

/** What UPDATE of data_subject_requests takes. */
export interface DataSubjectRequestPatch {
  id?: DataSubjectRequestId;
  user_id?: UserId | null;
  kind?: DataSubjectRequestKind;
  status?: DataSubjectRequestStatus;
  due_at?: PgDate | string;
  completed_at?: PgDate | string | null;
  handled_by?: UserId | null;
  created_at?: PgDate | string;
  updated_at?: PgDate | string;
}

/**
 * Proof of erasures. @retention(7 years) @erasure(keep)
 *
 * table public.erasure_log
 */
export interface ErasureLogRow {
  /** Surrogate key. */
  readonly id: ErasureLogId;
  /** The request. */
  readonly request_id: DataSubjectRequestId | null;
  /** Salted SHA-256 of the person's id: proof without a name. */
  readonly subject_digest: string;
  /** Which table (no person's name). */
  readonly table_name: string;
  /** What was done. */
  readonly action: ErasureLogAction;
  /** To how many rows. */
  readonly row_count: number;
  /** When the row was written. */
  readonly created_at: PgDate;
}

/** What INSERT into erasure_log takes. */
export interface NewErasureLog {
  id?: ErasureLogId;
  request_id?: DataSubjectRequestId | null;
  subject_digest: string;
  table_name: string;
  action: ErasureLogAction;
  row_count: number;
  created_at?: PgDate | string;
}

/** What UPDATE of erasure_log takes. */
export interface ErasureLogPatch {
  id?: ErasureLogId;
  request_id?: DataSubjectRequestId | null;
  subject_digest?: string;
  table_name?: string;
  action?: ErasureLogAction;
  row_count?: number;
  created_at?: PgDate | string;
}

/**
 * Tutors a student wants to find again. @subject(student_id) @erasure(delete)
 *
 * table public.favorite_tutors
 */
export interface FavoriteTutorRow {
  /** Surrogate key. */
  readonly id: FavoriteTutorId;
  /** The student. */
  readonly student_id: UserId;
  /** The tutor. */
  readonly tutor_profile_id: TutorProfileId;
  /** When the row was written. */
  readonly created_at: PgDate;
}

/** What INSERT into favorite_tutors takes. */
export interface NewFavoriteTutor {
  id?: FavoriteTutorId;
  student_id: UserId;
  tutor_profile_id: TutorProfileId;
  created_at?: PgDate | string;
}

/** What UPDATE of favorite_tutors takes. */
export interface FavoriteTutorPatch {
  id?: FavoriteTutorId;
  student_id?: UserId;
  tutor_profile_id?: TutorProfileId;
  created_at?: PgDate | string;
}

/**
 * Reference: buckets of the object storage and their rules.
 *
 * table public.file_buckets
 */
export interface FileBucketRow {
  /** Bucket (no person's name). */
  readonly name: string;
  /** Regular expression that every key must match. */
  readonly key_pattern: string;
  /** Largest object. */
  readonly max_size_bytes: number;
  /** Media types let in. */
  readonly mime_types: (string | null)[];
  /** How long a signed address lives. */
  readonly url_ttl_seconds: number;
  /** Readable without a signature. */
  readonly is_public: boolean;
  /** When the row was written. */
  readonly created_at: PgDate;
  /** When the row last changed; kept by trigger. */
  readonly updated_at: PgDate;
}

/** What INSERT into file_buckets takes. */
export interface NewFileBucket {
  name: string;
  key_pattern: string;
  max_size_bytes?: number;
  mime_types: readonly (string | null)[];
  url_ttl_seconds?: number;
  is_public?: boolean;
  created_at?: PgDate | string;
  updated_at?: PgDate | string;
}

/** What UPDATE of file_buckets takes. */
export interface FileBucketPatch {
  name?: string;
  key_pattern?: string;
  max_size_bytes?: number;
  mime_types?: readonly (string | null)[];
  url_ttl_seconds?: number;
  is_public?: boolean;
  created_at?: PgDate | string;
  updated_at?: PgDate | string;
}

/**
 * Requests that must be carried out once, and what became of them. @subject(user_id) @retention(7 days) @erasure(delete)
 *
 * table public.idempotency_keys
 */
export interface IdempotencyKeyRow {
  /** Surrogate key. */
  readonly id: IdempotencyKeyId;
  /** Who asked. */
  readonly user_id: UserId;
  /** The procedure: create_booking. */
  readonly scope: string;
  /** What the client calls the request. */
  readonly idempotency_key: string;
  /** SHA-256 of the parameters: the same key with other parameters is refused. */
  readonly request_hash: string;
  /** Id of the row the request made. */
  readonly result_id: string | null;
  /** When the row was written. */
  readonly created_at: PgDate;
}

/** What INSERT into idempotency_keys takes. */
export interface NewIdempotencyKey {
  id?: IdempotencyKeyId;
  user_id: UserId;
  scope: string;
  idempotency_key: string;
  request_hash: string;
  result_id?: string | number | bigint | null;
  created_at?: PgDate | string;
}

/** What UPDATE of idempotency_keys takes. */
export interface IdempotencyKeyPatch {
  id?: IdempotencyKeyId;
  user_id?: UserId;
  scope?: string;
  idempotency_key?: string;
  request_hash?: string;
  result_id?: string | number | bigint | null;
  created_at?: PgDate | string;
}

/**
 * What students want to reach. @subject(student_id) @erasure(delete)
 *
 * table public.learning_goals
 */
export interface LearningGoalRow {
  /** Surrogate key. */
  readonly id: LearningGoalId;
  /** The student. */
  readonly student_id: UserId;
  /** The skill it is about. */
  readonly skill_id: SkillId | null;
  /** The goal. @pii(free_text) */
  readonly title: string;
  /** How well, 0 to 1. */
  readonly target_proficiency: string;
  /** Until when. */
  readonly due_on: PgDate | null;
  /** Where it stands. */
  readonly status: LearningGoalStatus;
  /** When it was reached. */
  readonly reached_at: PgDate | null;
  /** When the row was written. */
  readonly created_at: PgDate;
  /** When the row last changed; kept by trigger. */
  readonly updated_at: PgDate;
}

/** What INSERT into learning_goals takes. */
export interface NewLearningGoal {
  id?: LearningGoalId;
  student_id: UserId;
  skill_id?: SkillId | null;
  title: string;
  target_proficiency?: string | number | bigint;
  due_on?: PgDate | string | null;
  status?: LearningGoalStatus;
  reached_at?: PgDate | string | null;
  created_at?: PgDate | string;
  updated_at?: PgDate | string;
}

/** What UPDATE of learning_goals takes. */
export interface LearningGoalPatch {
  id?: LearningGoalId;
  student_id?: UserId;
  skill_id?: SkillId | null;
  title?: string;
  target_proficiency?: string | number | bigint;
  due_on?: PgDate | string | null;
  status?: LearningGoalStatus;
  reached_at?: PgDate | string | null;
  created_at?: PgDate | string;
  updated_at?: PgDate | string;
}

/**
 * What a held session covered. @subject(student_id) @retention(for ever) @erasure(anonymise)
 *
 * table public.lessons
 */
export interface LessonRow {
  /** Surrogate key. */
  readonly id: LessonId;
  /** The session; null for lessons from before the marketplace. */
  readonly booking_id: BookingId | null;
  /** Who taught. */
  readonly tutor_profile_id: TutorProfileId;
  /** Who learned. */
  readonly student_id: UserId;
  /** The subject. */
  readonly subject_id: SubjectId;
  /** When it was to begin. */
  readonly scheduled_at: PgDate;
  /** How long it took. */
  readonly duration_minutes: number;
  /** What it covered. @pii(free_text) */
  readonly topics: string;
  /** What is to be done until next time. @pii(free_text) */
  readonly homework: string | null;
  /** When the row was written. */
  readonly created_at: PgDate;
  /** When the row last changed; kept by trigger. */
  readonly updated_at: PgDate;
}

/** What INSERT into lessons takes. */
export interface NewLesson {
  id?: LessonId;
  booking_id?: BookingId | null;
  tutor_profile_id: TutorProfileId;
  student_id: UserId;
  subject_id: SubjectId;
  scheduled_at: PgDate | string;
  duration_minutes: number;
  topics: string;
  homework?: string | null;
  created_at?: PgDate | string;
  updated_at?: PgDate | string;
}

/** What UPDATE of lessons takes. */
export interface LessonPatch {
  id?: LessonId;
  booking_id?: BookingId | null;
  tutor_profile_id?: TutorProfileId;
  student_id?: UserId;
  subject_id?: SubjectId;
  scheduled_at?: PgDate | string;
  duration_minutes?: number;
  topics?: string;
  homework?: string | null;
  created_at?: PgDate | string;
  updated_at?: PgDate | string;
}

/**
 * Files beside messages. @subject(uploaded_by) @erasure(delete)
 *
 * table public.message_attachments
 */
export interface MessageAttachmentRow {
  /** Surrogate key. */
  readonly id: MessageAttachmentId;
  /** The message. */
  readonly message_id: MessageId;
  /** Who sent it. */
  readonly uploaded_by: UserId | null;
  /** Object key in the bucket message-attachments. @pii(document) */
  readonly object_key: string;
  /** Name the sender gave. @pii(free_text) */
  readonly filename: string;
  /** Media type. */
  readonly mime_type: MessageAttachmentMimeType;
  /** Size. */
  readonly size_bytes: number;
  /** When the row was soft-deleted; null while it is live. */
  readonly deleted_at: PgDate | null;
  /** Who soft-deleted the row. */
  readonly deleted_by: UserId | null;
  /** When the row was written. */
  readonly created_at: PgDate;
  /** When the row last changed; kept by trigger. */
  readonly updated_at: PgDate;
}

/** What INSERT into message_attachments takes. */
export interface NewMessageAttachment {
  id?: MessageAttachmentId;
  message_id: MessageId;
  uploaded_by?: UserId | null;
  object_key: string;
  filename: string;
  mime_type: MessageAttachmentMimeType;
  size_bytes: number;
  deleted_at?: PgDate | string | null;
  deleted_by?: UserId | null;
  created_at?: PgDate | string;
  updated_at?: PgDate | string;
}

/** What UPDATE of message_attachments takes. */
export interface MessageAttachmentPatch {
  id?: MessageAttachmentId;
  message_id?: MessageId;
  uploaded_by?: UserId | null;
  object_key?: string;
  filename?: string;
  mime_type?: MessageAttachmentMimeType;
  size_bytes?: number;
  deleted_at?: PgDate | string | null;
  deleted_by?: UserId | null;
  created_at?: PgDate | string;
  updated_at?: PgDate | string;
}

/**
 * Messages. @subject(sender_id) @retention(5 years inactive) @erasure(anonymise)
 *
 * table public.messages
 */
export interface MessageRow {
  /** Surrogate key. */
  readonly id: MessageId;
  /** The conversation. */
  readonly conversation_id: ConversationId;
  /** Who wrote. */
  readonly sender_id: UserId;
  /** To whom. */
  readonly recipient_id: UserId;
  /** The text. @pii(free_text) */
  readonly body: string;
  /** Read by the recipient. */
  readonly is_read: boolean;
  /** When it was read. */
  readonly read_at: PgDate | null;
  /** When the row was soft-deleted; null while it is live. */
  readonly deleted_at: PgDate | null;
  /** Who soft-deleted the row. */
  readonly deleted_by: UserId | null;
  /** When the row was written. */
  readonly created_at: PgDate;
  /** When the row last changed; kept by trigger. */
  readonly updated_at: PgDate;
}

/** What INSERT into messages takes. */
export interface NewMessage {
  id?: MessageId;
  conversation_id: ConversationId;
  sender_id: UserId;
  recipient_id: UserId;
  body: string;
  is_read?: boolean;
  read_at?: PgDate | string | null;
  deleted_at?: PgDate | string | null;
  deleted_by?: UserId | null;
  created_at?: PgDate | string;
  updated_at?: PgDate | string;
}

/** What UPDATE of messages takes. */
export interface MessagePatch {
  id?: MessageId;
  conversation_id?: ConversationId;
  sender_id?: UserId;
  recipient_id?: UserId;
  body?: string;
  is_read?: boolean;
  read_at?: PgDate | string | null;
  deleted_at?: PgDate | string | null;
  deleted_by?: UserId | null;
  created_at?: PgDate | string;
  updated_at?: PgDate | string;
}

/**
 * Reference: wordings of notifications.
 *
 * table public.notification_templates
 */
export interface NotificationTemplateRow {
  /** Surrogate key. */
  readonly id: NotificationTemplateId;
  /** What happened: booking_accepted. */
  readonly code: string;
  /** In which language. */
  readonly language_code: string;
  /** By which way. */
  readonly channel: NotificationTemplateChannel;
  /** First line, with {{placeholders}}. */
  readonly subject: string;
  /** Text, with {{placeholders}}. */
  readonly body: string;
  /** In use. */
  readonly is_active: boolean;
  /** When the row was written. */
  readonly created_at: PgDate;
  /** When the row last changed; kept by trigger. */
  readonly updated_at: PgDate;
}

/** What INSERT into notification_templates takes. */
export interface NewNotificationTemplate {
  id?: NotificationTemplateId;
  code: string;
  language_code: string;
  channel: NotificationTemplateChannel;
  subject: string;
  body: string;
  is_active?: boolean;
  created_at?: PgDate | string;
  updated_at?: PgDate | string;
}

/** What UPDATE of notification_templates takes. */
export interface NotificationTemplatePatch {
  id?: NotificationTemplateId;
  code?: string;
  language_code?: string;
  channel?: NotificationTemplateChannel;
  subject?: string;
  body?: string;
  is_active?: boolean;
  created_at?: PgDate | string;
  updated_at?: PgDate | string;
}

/**
 * What people were told. @subject(user_id) @retention(90 days once read) @erasure(delete)
 *
 * partitioned table public.notifications
 */
export interface NotificationRow {
  /** Order of notifications. */
  readonly id: string;
  /** Who is told. */
  readonly user_id: UserId;
  /** What happened: booking_accepted. */
  readonly type: string;
  /** By which way. */
  readonly channel: NotificationChannel;
  /** First line. @pii(free_text) */
  readonly title: string;
  /** Text. @pii(free_text) */
  readonly body: string;
  /** Ids for links; never personal data. */
  readonly data: JsonValue;
  /** When it was read; null while unread. */
  readonly read_at: PgDate | null;
  /** When it was handed on. */
  readonly sent_at: PgDate | null;
  /** When the row was written. */
  readonly created_at: PgDate;
}

/** What INSERT into notifications takes. */
export interface NewNotification {
  id?: string | number | bigint;
  user_id: UserId;
  type: string;
  channel?: NotificationChannel;
  title: string;
  body: string;
  data?: JsonInput;
  read_at?: PgDate | string | null;
  sent_at?: PgDate | string | null;
  created_at?: PgDate | string;
}

/** What UPDATE of notifications takes. */
export interface NotificationPatch {
  id?: string | number | bigint;
  user_id?: UserId;
  type?: string;
  channel?: NotificationChannel;
  title?: string;
  body?: string;
  data?: JsonInput;
  read_at?: PgDate | string | null;
  sent_at?: PgDate | string | null;
  created_at?: PgDate | string;
}

/**
 * Events for other systems, written with the change they tell of; read in commit order. @retention(30 days) @erasure(keep)
 *
 * partitioned table public.outbox_events
 */
export interface OutboxEventRow {
  /** Order within a transaction. */
  readonly id: string;
  /** The writing transaction: a reader takes only those below pg_snapshot_xmin, or it would lose slow ones. */
  readonly xid: string;
  /** Kind of thing: booking. */
  readonly aggregate_type: string;
  /** Which one. */
  readonly aggregate_id: string;
  /** What happened: booking.accept. */
  readonly event_type: string;
  /** Ids and states; never personal data. @schema(sql/schemas/outbox_payload.schema.json) */
  readonly payload: OutboxPayload;
  /** When, by the clock the procedure was given. */
  readonly occurred_at: PgDate;
  /** When it was handed on; null while it waits. */
  readonly published_at: PgDate | null;
  /** When the row was written. */
  readonly created_at: PgDate;
}

/** What INSERT into outbox_events takes. */
export interface NewOutboxEvent {
  id?: string | number | bigint;
  xid?: string;
  aggregate_type: string;
  aggregate_id: string | number | bigint;
  event_type: string;
  payload: OutboxPayload;
  occurred_at?: PgDate | string;
  published_at?: PgDate | string | null;
  created_at?: PgDate | string;
}

/** What UPDATE of outbox_events takes. */
export interface OutboxEventPatch {
  id?: string | number | bigint;
  xid?: string;
  aggregate_type?: string;
  aggregate_id?: string | number | bigint;
  event_type?: string;
  payload?: OutboxPayload;
  occurred_at?: PgDate | string;
  published_at?: PgDate | string | null;
  created_at?: PgDate | string;
}

/**
 * Payments for bookings, as the provider reports them. @subject(student_id) @retention(for ever) @erasure(keep)
 *
 * table public.payments
 */
export interface PaymentRow {
  /** Surrogate key. */
  readonly id: PaymentId;
  /** What is paid. */
  readonly booking_id: BookingId;
  /** Who pays. */
  readonly student_id: UserId;
  /** Amount in minor units. */
  readonly amount_cents: number;
  /** Part of it that went back. */
  readonly refunded_cents: number;
  /** Currency (ISO 4217). */
  readonly currency: string;
  /** Where the payment stands at the provider. */
  readonly status: PaymentStatus;
  /** Payment provider. */
  readonly provider: string;
  /** The payment at the provider. */
  readonly provider_payment_id: string | null;
  /** The event that reported it: a second delivery changes nothing. */
  readonly provider_event_id: string | null;
  /** Why the provider refused, in its own code. */
  readonly failure_code: string | null;
  /** When the amount was reserved. */
  readonly authorized_at: PgDate | null;
  /** When the amount was taken. */
  readonly captured_at: PgDate | null;
  /** What else the provider said; no card data. */
  readonly metadata: JsonValue;
  /** Grows by one with every change, for optimistic locking. */
  readonly version: number;
  /** When the row was written. */
  readonly created_at: PgDate;
  /** When the row last changed; kept by trigger. */
  readonly updated_at: PgDate;
}

/** What INSERT into payments takes. */
export interface NewPayment {
  id?: PaymentId;
  booking_id: BookingId;
  student_id: UserId;
  amount_cents: number;
  refunded_cents?: number;
  currency?: string;
  status?: PaymentStatus;
  provider?: string;
  provider_payment_id?: string | null;
  provider_event_id?: string | null;
  failure_code?: string | null;
  authorized_at?: PgDate | string | null;
  captured_at?: PgDate | string | null;
  metadata?: JsonInput;
  version?: number;
  created_at?: PgDate | string;
  updated_at?: PgDate | string;
}

/** What UPDATE of payments takes. */
export interface PaymentPatch {
  id?: PaymentId;
  booking_id?: BookingId;
  student_id?: UserId;
  amount_cents?: number;
  refunded_cents?: number;
  currency?: string;
  status?: PaymentStatus;
  provider?: string;
  provider_payment_id?: string | null;
  provider_event_id?: string | null;
  failure_code?: string | null;
  authorized_at?: PgDate | string | null;
  captured_at?: PgDate | string | null;
  metadata?: JsonInput;
  version?: number;
  created_at?: PgDate | string;
  updated_at?: PgDate | string;
}

/**
 * Money paid out to tutors. @subject(tutor_profile_id) @retention(for ever) @erasure(keep)
 *
 * table public.payouts
 */
export interface PayoutRow {
  /** Surrogate key. */
  readonly id: PayoutId;
  /** Who is paid. */
  readonly tutor_profile_id: TutorProfileId;
  /** Amount in minor units. */
  readonly amount_cents: number;
  /** Currency (ISO 4217). */
  readonly currency: string;
  /** Where the payout stands at the provider. */
  readonly status: PayoutStatus;
  /** The payout at the provider. */
  readonly provider_payout_id: string | null;
  /** The event that reported it: a second delivery changes nothing. */
  readonly provider_event_id: string | null;
  /** Why the provider refused, in its own code. */
  readonly failure_code: string | null;
  /** When it reached the bank. */
  readonly paid_at: PgDate | null;
  /** When the row was written. */
  readonly created_at: PgDate;
  /** When the row last changed; kept by trigger. */
  readonly updated_at: PgDate;
}

/** What INSERT into payouts takes. */
export interface NewPayout {
  id?: PayoutId;
  tutor_profile_id: TutorProfileId;
  amount_cents: number;
  currency: string;
  status?: PayoutStatus;
  provider_payout_id?: string | null;
  provider_event_id?: string | null;
  failure_code?: string | null;
  paid_at?: PgDate | string | null;
  created_at?: PgDate | string;
  updated_at?: PgDate | string;
}

/** What UPDATE of payouts takes. */
export interface PayoutPatch {
  id?: PayoutId;
  tutor_profile_id?: TutorProfileId;
  amount_cents?: number;
  currency?: string;
  status?: PayoutStatus;
  provider_payout_id?: string | null;
  provider_event_id?: string | null;
  failure_code?: string | null;
  paid_at?: PgDate | string | null;
  created_at?: PgDate | string;
  updated_at?: PgDate | string;
}

/**
 * How well a student masters a skill. @subject(student_id) @retention(5 years inactive) @erasure(delete)
 *
 * table public.progress
 */
export interface ProgressRow {
  /** Surrogate key. */
  readonly id: ProgressId;
  /** The student. */
  readonly student_id: UserId;
  /** The skill. */
  readonly skill_id: SkillId;
  /** The lesson that last changed it. */
  readonly lesson_id: LessonId | null;
  /** 0 nothing, 1 mastered. */
  readonly proficiency: string;
  /** When it was last practised. */
  readonly practiced_at: PgDate | null;
  /** When the row was written. */
  readonly created_at: PgDate;
  /** When the row last changed; kept by trigger. */
  readonly updated_at: PgDate;
}

/** What INSERT into progress takes. */
export interface NewProgress {
  id?: ProgressId;
  student_id: UserId;
  skill_id: SkillId;
  lesson_id?: LessonId | null;
  proficiency?: string | number | bigint;
  practiced_at?: PgDate | string | null;
  created_at?: PgDate | string;
  updated_at?: PgDate | string;
}

/** What UPDATE of progress takes. */
export interface ProgressPatch {
  id?: ProgressId;
  student_id?: UserId;
  skill_id?: SkillId;
  lesson_id?: LessonId | null;
  proficiency?: string | number | bigint;
  practiced_at?: PgDate | string | null;
  created_at?: PgDate | string;
  updated_at?: PgDate | string;
}

/**
 * Money that went back to students. @retention(for ever) @erasure(keep)
 *
 * table public.refunds
 */
export interface RefundRow {
  /** Surrogate key. */
  readonly id: RefundId;
  /** Out of which payment. */
  readonly payment_id: PaymentId;
  /** Amount in minor units. */
  readonly amount_cents: number;
  /** Currency (ISO 4217). */
  readonly currency: string;
  /** Why: a word of a closed set, no personal data. */
  readonly reason: RefundReason;
  /** Who gave it back; null: the system, or an erased person. */
  readonly requested_by: UserId | null;
  /** The refund at the provider. */
  readonly provider_refund_id: string | null;
  /** The event that reported it: a second delivery changes nothing. */
  readonly provider_event_id: string | null;
  /** When the row was written. */
  readonly created_at: PgDate;
}

/** What INSERT into refunds takes. */
export interface NewRefund {
  id?: RefundId;
  payment_id: PaymentId;
  amount_cents: number;
  currency: string;
  reason: RefundReason;
  requested_by?: UserId | null;
  provider_refund_id?: string | null;
  provider_event_id?: string | null;
  created_at?: PgDate | string;
}

/** What UPDATE of refunds takes. */
export interface RefundPatch {
  id?: RefundId;
  payment_id?: PaymentId;
  amount_cents?: number;
  currency?: string;
  reason?: RefundReason;
  requested_by?: UserId | null;
  provider_refund_id?: string | null;
  provider_event_id?: string | null;
  created_at?: PgDate | string;
}

/**
 * Complaints about people, messages and reviews. @subject(reporter_id) @retention(7 years) @erasure(anonymise)
 *
 * table public.reports
 */
export interface ReportRow {
  /** Surrogate key. */
  readonly id: ReportId;
  /** Who reports. */
  readonly reporter_id: UserId | null;
  /** About whom. */
  readonly reported_user_id: UserId | null;
  /** In which lesson. */
  readonly booking_id: BookingId | null;
  /** What kind. */
  readonly category: ReportCategory;
  /** What happened. @pii(free_text) */
  readonly description: string;
  /** Where it stands. */
  readonly status: ReportStatus;
  /** Who closed it. */
  readonly resolved_by: UserId | null;
  /** When it was closed. */
  readonly resolved_at: PgDate | null;
  /** When the row was written. */
  readonly created_at: PgDate;
  /** When the row last changed; kept by trigger. */
  readonly updated_at: PgDate;
}

/** What INSERT into reports takes. */
export interface NewReport {
  id?: ReportId;
  reporter_id?: UserId | null;
  reported_user_id?: UserId | null;
  booking_id?: BookingId | null;
  category: ReportCategory;
  description: string;
  status?: ReportStatus;
  resolved_by?: UserId | null;
  resolved_at?: PgDate | string | null;
  created_at?: PgDate | string;
  updated_at?: PgDate | string;
}

/** What UPDATE of reports takes. */
export interface ReportPatch {
  id?: ReportId;
  reporter_id?: UserId | null;
  reported_user_id?: UserId | null;
  booking_id?: BookingId | null;
  category?: ReportCategory;
  description?: string;
  status?: ReportStatus;
  resolved_by?: UserId | null;
  resolved_at?: PgDate | string | null;
  created_at?: PgDate | string;
  updated_at?: PgDate | string;
}

/**
 * Reference: how long rows are kept, and what happens then.
 *
 * table public.retention_policies
 */
export interface RetentionPolicyRow {
  /** Surrogate key. */
  readonly id: RetentionPolicyId;
  /** Which table (no person's name). */
  readonly table_name: string;
  /** Name of the rule within the table (no person's). */
  readonly rule: string;
  /** How long; null: for ever. */
  readonly keep: PgInterval | null;
  /** Column the time counts from. */
  readonly counted_from: string | null;
  /** Which rows, as SQL. */
  readonly condition: string | null;
  /** What happens then. */
  readonly action: RetentionPolicyAction;
  /** In force. */
  readonly is_active: boolean;
  /** When the row was written. */
  readonly created_at: PgDate;
  /** When the row last changed; kept by trigger. */
  readonly updated_at: PgDate;
}

/** What INSERT into retention_policies takes. */
export interface NewRetentionPolicy {
  id?: RetentionPolicyId;
  table_name: string;
  rule: string;
  keep?: PgInterval | string | null;
  counted_from?: string | null;
  condition?: string | null;
  action: RetentionPolicyAction;
  is_active?: boolean;
  created_at?: PgDate | string;
  updated_at?: PgDate | string;
}

/** What UPDATE of retention_policies takes. */
export interface RetentionPolicyPatch {
  id?: RetentionPolicyId;
  table_name?: string;
  rule?: string;
  keep?: PgInterval | string | null;
  counted_from?: string | null;
  condition?: string | null;
  action?: RetentionPolicyAction;
  is_active?: boolean;
  created_at?: PgDate | string;
  updated_at?: PgDate | string;
}

/**
 * When retention rules were applied.
 *
 * table public.retention_runs
 */
export interface RetentionRunRow {
  /** Surrogate key. */
  readonly id: RetentionRunId;
  /** The rule. */
  readonly policy_id: RetentionPolicyId;
  /** Begin. */
  readonly started_at: PgDate;
  /** End; null: still at it, or died. */
  readonly finished_at: PgDate | null;
  /** Rows it took. */
  readonly row_count: number;
  /** What went wrong. */
  readonly error: string | null;
  /** When the row was written. */
  readonly created_at: PgDate;
}

/** What INSERT into retention_runs takes. */
export interface NewRetentionRun {
  id?: RetentionRunId;
  policy_id: RetentionPolicyId;
  started_at?: PgDate | string;
  finished_at?: PgDate | string | null;
  row_count?: number;
  error?: string | null;
  created_at?: PgDate | string;
}

/** What UPDATE of retention_runs takes. */
export interface RetentionRunPatch {
  id?: RetentionRunId;
  policy_id?: RetentionPolicyId;
  started_at?: PgDate | string;
  finished_at?: PgDate | string | null;
  row_count?: number;
  error?: string | null;
  created_at?: PgDate | string;
}

/**
 * What students say of lessons; one a booking. @subject(student_id) @retention(for ever) @erasure(anonymise)
 *
 * table public.reviews
 */
export interface ReviewRow {
  /** Surrogate key. */
  readonly id: ReviewId;
  /** The lesson. */
  readonly booking_id: BookingId;
  /** Who taught it. */
  readonly tutor_profile_id: TutorProfileId;
  /** Who wrote it; null after erasure. */
  readonly student_id: UserId | null;
  /** One to five. */
  readonly rating: number;
  /** In words. @pii(free_text) */
  readonly comment: string | null;
  /** What the tutor answers. @pii(free_text) */
  readonly tutor_response: string | null;
  /** When the tutor answered. */
  readonly responded_at: PgDate | null;
  /** False: hidden by an administrator; it no longer counts. */
  readonly is_visible: boolean;
  /** When the row was soft-deleted; null while it is live. */
  readonly deleted_at: PgDate | null;
  /** Who soft-deleted the row. */
  readonly deleted_by: UserId | null;
  /** When the row was written. */
  readonly created_at: PgDate;
  /** When the row last changed; kept by trigger. */
  readonly updated_at: PgDate;
}

/** What INSERT into reviews takes. */
export interface NewReview {
  id?: ReviewId;
  booking_id: BookingId;
  tutor_profile_id: TutorProfileId;
  student_id?: UserId | null;
  rating: number;
  comment?: string | null;
  tutor_response?: string | null;
  responded_at?: PgDate | string | null;
  is_visible?: boolean;
  deleted_at?: PgDate | string | null;
  deleted_by?: UserId | null;
  created_at?: PgDate | string;
  updated_at?: PgDate | string;
}

/** What UPDATE of reviews takes. */
export interface ReviewPatch {
  id?: ReviewId;
  booking_id?: BookingId;
  tutor_profile_id?: TutorProfileId;
  student_id?: UserId | null;
  rating?: number;
  comment?: string | null;
  tutor_response?: string | null;
  responded_at?: PgDate | string | null;
  is_visible?: boolean;
  deleted_at?: PgDate | string | null;
  deleted_by?: UserId | null;
  created_at?: PgDate | string;
  updated_at?: PgDate | string;
}

/**
 * Material of lessons. @subject(uploaded_by) @erasure(delete)
 *
 * table public.session_materials
 */
export interface SessionMaterialRow {
  /** Surrogate key. */
  readonly id: SessionMaterialId;
  /** The lesson. */
  readonly booking_id: BookingId;
  /** Who brought it. */
  readonly uploaded_by: UserId | null;
  /** What it is. @pii(free_text) */
  readonly title: string;
  /** Where it lies outside. */
  readonly url: string | null;
  /** Where it lies in the object storage. @pii(document) */
  readonly object_key: string | null;
  /** What kind of thing it is. */
  readonly material_type: SessionMaterialMaterialType;
  /** When the row was soft-deleted; null while it is live. */
  readonly deleted_at: PgDate | null;
  /** Who soft-deleted the row. */
  readonly deleted_by: UserId | null;
  /** When the row was written. */
  readonly created_at: PgDate;
  /** When the row last changed; kept by trigger. */
  readonly updated_at: PgDate;
}

/** What INSERT into session_materials takes. */
export interface NewSessionMaterial {
  id?: SessionMaterialId;
  booking_id: BookingId;
  uploaded_by?: UserId | null;
  title: string;
  url?: string | null;
  object_key?: string | null;
  material_type?: SessionMaterialMaterialType;
  deleted_at?: PgDate | string | null;
  deleted_by?: UserId | null;
  created_at?: PgDate | string;
  updated_at?: PgDate | string;
}

/** What UPDATE of session_materials takes. */
export interface SessionMaterialPatch {
  id?: SessionMaterialId;
  booking_id?: BookingId;
  uploaded_by?: UserId | null;
  title?: string;
  url?: string | null;
  object_key?: string | null;
  material_type?: SessionMaterialMaterialType;
  deleted_at?: PgDate | string | null;
  deleted_by?: UserId | null;
  created_at?: PgDate | string;
  updated_at?: PgDate | string;
}

/**
 * Reference: skills that progress is measured in.
 *
 * table public.skills
 */
export interface SkillRow {
  /** Surrogate key. */
  readonly id: SkillId;
  /** The subject it belongs to. */
  readonly subject_id: SubjectId;
  /** Stable code: MATH.ALG.1. */
  readonly code: string;
  /** Name shown to people (a skill, no person). */
  readonly name: string;
  /** What mastering it means. */
  readonly description: string | null;
  /** When the row was written. */
  readonly created_at: PgDate;
  /** When the row last changed; kept by trigger. */
  readonly updated_at: PgDate;
}

/** What INSERT into skills takes. */
export interface NewSkill {
  id?: SkillId;
  subject_id: SubjectId;
  code: string;
  name: string;
  description?: string | null;
  created_at?: PgDate | string;
  updated_at?: PgDate | string;
}

/** What UPDATE of skills takes. */
export interface SkillPatch {
  id?: SkillId;
  subject_id?: SubjectId;
  code?: string;
  name?: string;
  description?: string | null;
  created_at?: PgDate | string;
  updated_at?: PgDate | string;
}

/**
 * Objects in the object storage. @subject(owner_id) @retention(30 days once deleted) @erasure(delete)
 *
 * table public.stored_files
 */
export interface StoredFileRow {
  /** Surrogate key. */
  readonly id: StoredFileId;
  /** The bucket (no person's name). */
  readonly bucket_name: string;
  /** Key inside the bucket. @pii(document) */
  readonly object_key: string;
  /** Whose it is. */
  readonly owner_id: UserId | null;
  /** Media type. */
  readonly mime_type: string;
  /** Size. */
  readonly size_bytes: number;
  /** SHA-256 of the content. */
  readonly checksum: string;
  /** When the object itself was removed. */
  readonly object_deleted_at: PgDate | null;
  /** When the row was soft-deleted; null while it is live. */
  readonly deleted_at: PgDate | null;
  /** Who soft-deleted the row. */
  readonly deleted_by: UserId | null;
  /** When the row was written. */
  readonly created_at: PgDate;
  /** When the row last changed; kept by trigger. */
  readonly updated_at: PgDate;
}

/** What INSERT into stored_files takes. */
export interface NewStoredFile {
  id?: StoredFileId;
  bucket_name: string;
  object_key: string;
  owner_id?: UserId | null;
  mime_type: string;
  size_bytes: number;
  checksum: string;
  object_deleted_at?: PgDate | string | null;
  deleted_at?: PgDate | string | null;
  deleted_by?: UserId | null;
  created_at?: PgDate | string;
  updated_at?: PgDate | string;
}

/** What UPDATE of stored_files takes. */
export interface StoredFilePatch {
  id?: StoredFileId;
  bucket_name?: string;
  object_key?: string;
  owner_id?: UserId | null;
  mime_type?: string;
  size_bytes?: number;
  checksum?: string;
  object_deleted_at?: PgDate | string | null;
  deleted_at?: PgDate | string | null;
  deleted_by?: UserId | null;
  created_at?: PgDate | string;
  updated_at?: PgDate | string;
}

/**
 * Notes of tutors about students. @subject(student_id) @erasure(delete)
 *
 * table public.student_notes
 */
export interface StudentNoteRow {
  /** Surrogate key. */
  readonly id: StudentNoteId;
  /** Who wrote it. */
  readonly tutor_profile_id: TutorProfileId;
  /** About whom. */
  readonly student_id: UserId;
  /** On which occasion. */
  readonly booking_id: BookingId | null;
  /** The note. @pii(free_text) */
  readonly content: string;
  /** Only the author reads it. */
  readonly is_private: boolean;
  /** When the row was soft-deleted; null while it is live. */
  readonly deleted_at: PgDate | null;
  /** Who soft-deleted the row. */
  readonly deleted_by: UserId | null;
  /** When the row was written. */
  readonly created_at: PgDate;
  /** When the row last changed; kept by trigger. */
  readonly updated_at: PgDate;
}

/** What INSERT into student_notes takes. */
export interface NewStudentNote {
  id?: StudentNoteId;
  tutor_profile_id: TutorProfileId;
  student_id: UserId;
  booking_id?: BookingId | null;
  content: string;
  is_private?: boolean;
  deleted_at?: PgDate | string | null;
  deleted_by?: UserId | null;
  created_at?: PgDate | string;
  updated_at?: PgDate | string;
}

/** What UPDATE of student_notes takes. */
export interface StudentNotePatch {
  id?: StudentNoteId;
  tutor_profile_id?: TutorProfileId;
  student_id?: UserId;
  booking_id?: BookingId | null;
  content?: string;
  is_private?: boolean;
  deleted_at?: PgDate | string | null;
  deleted_by?: UserId | null;
  created_at?: PgDate | string;
  updated_at?: PgDate | string;
}

/**
 * Prepaid lessons with one tutor. @subject(student_id) @retention(for ever) @erasure(keep)
 *
 * table public.student_packages
 */
export interface StudentPackageRow {
  /** Surrogate key. */
  readonly id: StudentPackageId;
  /** Who bought it. */
  readonly student_id: UserId;
  /** Whose lessons it buys. */
  readonly tutor_profile_id: TutorProfileId;
  /** Valid for this subject only; null: for any. */
  readonly subject_id: SubjectId | null;
  /** Lessons bought. */
  readonly sessions_purchased: number;
  /** Lessons booked with it. */
  readonly sessions_used: number;
  /** Lessons left. */
  readonly sessions_remaining: number;
  /** Price of the whole package in minor units. */
  readonly purchase_price_cents: number;
  /** Currency of the price (ISO 4217). */
  readonly currency: string;
  /** exhausted exactly when an unexpired, unrefunded package has nothing left. */
  readonly status: StudentPackageStatus;
  /** When it was bought. */
  readonly purchased_at: PgDate;
  /** First moment at which it can no longer be used; null: never. */
  readonly expires_at: PgDate | null;
  /** Grows by one with every change, for optimistic locking. */
  readonly version: number;
  /** When the row was written. */
  readonly created_at: PgDate;
  /** When the row last changed; kept by trigger. */
  readonly updated_at: PgDate;
  /** The offer it was bought as; null once the offer is gone. */
  readonly pricing_option_id: TutorPricingOptionId | null;
}

/** What INSERT into student_packages takes. */
export interface NewStudentPackage {
  id?: StudentPackageId;
  student_id: UserId;
  tutor_profile_id: TutorProfileId;
  subject_id?: SubjectId | null;
  sessions_purchased: number;
  sessions_used?: number;
  sessions_remaining: number;
  purchase_price_cents: number;
  currency?: string;
  status?: StudentPackageStatus;
  purchased_at?: PgDate | string;
  expires_at?: PgDate | string | null;
  version?: number;
  created_at?: PgDate | string;
  updated_at?: PgDate | string;
  pricing_option_id?: TutorPricingOptionId | null;
}

/** What UPDATE of student_packages takes. */
export interface StudentPackagePatch {
  id?: StudentPackageId;
  student_id?: UserId;
  tutor_profile_id?: TutorProfileId;
  subject_id?: SubjectId | null;
  sessions_purchased?: number;
  sessions_used?: number;
  sessions_remaining?: number;
  purchase_price_cents?: number;
  currency?: string;
  status?: StudentPackageStatus;
  purchased_at?: PgDate | string;
  expires_at?: PgDate | string | null;
  version?: number;
  created_at?: PgDate | string;
  updated_at?: PgDate | string;
  pricing_option_id?: TutorPricingOptionId | null;
}

/**
 * Students: what a tutor should know. @subject(user_id) @retention(5 years inactive) @erasure(delete)
 *
 * table public.student_profiles
 */
export interface StudentProfileRow {
  /** Surrogate key. */
  readonly id: StudentProfileId;
  /** The student's account. */
  readonly user_id: UserId;
  /** Where the student stands in education. */
  readonly education_level: StudentProfileEducationLevel | null;
  /** How the student learns best. @pii(free_text) */
  readonly learning_style: string | null;
  /** What the student wants to reach. @pii(free_text) */
  readonly goals: string | null;
  /** Who answers for a minor. @pii(name) */
  readonly guardian_name: string | null;
  /** Address of that person. @pii(email) */
  readonly guardian_email: string | null;
  /** When the row was soft-deleted; null while it is live. */
  readonly deleted_at: PgDate | null;
  /** Who soft-deleted the row. */
  readonly deleted_by: UserId | null;
  /** When the row was written. */
  readonly created_at: PgDate;
  /** When the row last changed; kept by trigger. */
  readonly updated_at: PgDate;
}

/** What INSERT into student_profiles takes. */
export interface NewStudentProfile {
  id?: StudentProfileId;
  user_id: UserId;
  education_level?: StudentProfileEducationLevel | null;
  learning_style?: string | null;
  goals?: string | null;
  guardian_name?: string | null;
  guardian_email?: string | null;
  deleted_at?: PgDate | string | null;
  deleted_by?: UserId | null;
  created_at?: PgDate | string;
  updated_at?: PgDate | string;
}

/** What UPDATE of student_profiles takes. */
export interface StudentProfilePatch {
  id?: StudentProfileId;
  user_id?: UserId;
  education_level?: StudentProfileEducationLevel | null;
  learning_style?: string | null;
  goals?: string | null;
  guardian_name?: string | null;
  guardian_email?: string | null;
  deleted_at?: PgDate | string | null;
  deleted_by?: UserId | null;
  created_at?: PgDate | string;
  updated_at?: PgDate | string;
}

/**
 * Reference: what can be taught.
 *
 * table public.subjects
 */
export interface SubjectRow {
  /** Surrogate key. */
  readonly id: SubjectId;
  /** Stable code for programs: mathematics. */
  readonly code: string;
  /** Name shown to people (a product name, no person's). */
  readonly name: string;
  /** Group in the catalogue: science, languages. */
  readonly category: string;
  /** What the subject covers. */
  readonly description: string | null;
  /** Offered to new bookings. */
  readonly is_active: boolean;
  /** Place within its category. */
  readonly sort_order: number;
  /** When the row was written. */
  readonly created_at: PgDate;
  /** When the row last changed; kept by trigger. */
  readonly updated_at: PgDate;
}

/** What INSERT into subjects takes. */
export interface NewSubject {
  id?: SubjectId;
  code: string;
  name: string;
  category: string;
  description?: string | null;
  is_active?: boolean;
  sort_order?: number;
  created_at?: PgDate | string;
  updated_at?: PgDate | string;
}

/** What UPDATE of subjects takes. */
export interface SubjectPatch {
  id?: SubjectId;
  code?: string;
  name?: string;
  category?: string;
  description?: string | null;
  is_active?: boolean;
  sort_order?: number;
  created_at?: PgDate | string;
  updated_at?: PgDate | string;
}

/**
 * Reference: currencies.
 *
 * table public.supported_currencies
 */
export interface SupportedCurrencyRow {
  /** ISO 4217. */
  readonly code: string;
  /** Name shown to people (a currency, no person). */
  readonly name: string;
  /** Sign before or after amounts. */
  readonly symbol: string;
  /** Digits after the point: 2 for EUR, 0 for JPY. */
  readonly minor_units: number;
  /** Offered. */
  readonly is_active: boolean;
  /** When the row was written. */
  readonly created_at: PgDate;
  /** When the row last changed; kept by trigger. */
  readonly updated_at: PgDate;
}

/** What INSERT into supported_currencies takes. */
export interface NewSupportedCurrency {
  code: string;
  name: string;
  symbol: string;
  minor_units?: number;
  is_active?: boolean;
  created_at?: PgDate | string;
  updated_at?: PgDate | string;
}

/** What UPDATE of supported_currencies takes. */
export interface SupportedCurrencyPatch {
  code?: string;
  name?: string;
  symbol?: string;
  minor_units?: number;
  is_active?: boolean;
  created_at?: PgDate | string;
  updated_at?: PgDate | string;
}

/**
 * Reference: languages.
 *
 * table public.supported_languages
 */
export interface SupportedLanguageRow {
  /** BCP 47, language only or with region: en, pt-BR. */
  readonly code: string;
  /** Name in English (a language, no person). */
  readonly name: string;
  /** Name in itself (a language, no person). */
  readonly native_name: string;
  /** Offered. */
  readonly is_active: boolean;
  /** When the row was written. */
  readonly created_at: PgDate;
  /** When the row last changed; kept by trigger. */
  readonly updated_at: PgDate;
}

/** What INSERT into supported_languages takes. */
export interface NewSupportedLanguage {
  code: string;
  name: string;
  native_name: string;
  is_active?: boolean;
  created_at?: PgDate | string;
  updated_at?: PgDate | string;
}

/** What UPDATE of supported_languages takes. */
export interface SupportedLanguagePatch {
  code?: string;
  name?: string;
  native_name?: string;
  is_active?: boolean;
  created_at?: PgDate | string;
  updated_at?: PgDate | string;
}

/**
 * Weekly teaching hours, on the wall clock of the tutor's time zone. @subject(tutor_profile_id) @erasure(delete)
 *
 * table public.tutor_availabilities
 */
export interface TutorAvailabilityRow {
  /** Surrogate key. */
  readonly id: TutorAvailabilityId;
  /** The tutor. */
  readonly tutor_profile_id: TutorProfileId;
  /** 0 Sunday to 6 Saturday. */
  readonly day_of_week: number;
  /** First minute, local to the tutor. */
  readonly start_time: string;
  /** Minute after the last, local to the tutor; 24:00 is midnight. */
  readonly end_time: string;
  /** First local day on which it counts; null: always has. */
  readonly effective_from: PgDate | null;
  /** First local day on which it no longer counts; null: for ever. */
  readonly effective_until: PgDate | null;
  /** When the row was written. */
  readonly created_at: PgDate;
  /** When the row last changed; kept by trigger. */
  readonly updated_at: PgDate;
}

/** What INSERT into tutor_availabilities takes. */
export interface NewTutorAvailability {
  id?: TutorAvailabilityId;
  tutor_profile_id: TutorProfileId;
  day_of_week: number;
  start_time: string;
  end_time: string;
  effective_from?: PgDate | string | null;
  effective_until?: PgDate | string | null;
  created_at?: PgDate | string;
  updated_at?: PgDate | string;
}

/** What UPDATE of tutor_availabilities takes. */
export interface TutorAvailabilityPatch {
  id?: TutorAvailabilityId;
  tutor_profile_id?: TutorProfileId;
  day_of_week?: number;
  start_time?: string;
  end_time?: string;
  effective_from?: PgDate | string | null;
  effective_until?: PgDate | string | null;
  created_at?: PgDate | string;
  updated_at?: PgDate | string;
}

/**
 * Time off: no lesson is booked inside it. @subject(tutor_profile_id) @erasure(delete)
 *
 * table public.tutor_blackouts
 */
export interface TutorBlackoutRow {
  /** Surrogate key. */
  readonly id: TutorBlackoutId;
  /** The tutor. */
  readonly tutor_profile_id: TutorProfileId;
  /** First moment off. */
  readonly start_at: PgDate;
  /** First moment back. */
  readonly end_at: PgDate;
  /** Why; the tutor and administrators read it. @pii(free_text) */
  readonly reason: string | null;
  /** When the row was written. */
  readonly created_at: PgDate;
  /** When the row last changed; kept by trigger. */
  readonly updated_at: PgDate;
}

/** What INSERT into tutor_blackouts takes. */
export interface NewTutorBlackout {
  id?: TutorBlackoutId;
  tutor_profile_id: TutorProfileId;
  start_at: PgDate | string;
  end_at: PgDate | string;
  reason?: string | null;
  created_at?: PgDate | string;
  updated_at?: PgDate | string;
}

/** What UPDATE of tutor_blackouts takes. */
export interface TutorBlackoutPatch {
  id?: TutorBlackoutId;
  tutor_profile_id?: TutorProfileId;
  start_at?: PgDate | string;
  end_at?: PgDate | string;
  reason?: string | null;
  created_at?: PgDate | string;
  updated_at?: PgDate | string;
}

/**
 * Certificates of tutors. @subject(tutor_profile_id) @erasure(delete)
 *
 * table public.tutor_certifications
 */
export interface TutorCertificationRow {
  /** Surrogate key. */
  readonly id: TutorCertificationId;
  /** The tutor. */
  readonly tutor_profile_id: TutorProfileId;
  /** What it certifies. */
  readonly title: string;
  /** Who issued it. */
  readonly issuer: string;
  /** Since when. */
  readonly issued_on: PgDate;
  /** Until when. */
  readonly expires_on: PgDate | null;
  /** Object key in the bucket tutor-assets. @pii(document) */
  readonly document_key: string | null;
  /** An administrator has seen it. */
  readonly is_verified: boolean;
  /** When the row was written. */
  readonly created_at: PgDate;
  /** When the row last changed; kept by trigger. */
  readonly updated_at: PgDate;
}

/** What INSERT into tutor_certifications takes. */
export interface NewTutorCertification {
  id?: TutorCertificationId;
  tutor_profile_id: TutorProfileId;
  title: string;
  issuer: string;
  issued_on: PgDate | string;
  expires_on?: PgDate | string | null;
  document_key?: string | null;
  is_verified?: boolean;
  created_at?: PgDate | string;
  updated_at?: PgDate | string;
}

/** What UPDATE of tutor_certifications takes. */
export interface TutorCertificationPatch {
  id?: TutorCertificationId;
  tutor_profile_id?: TutorProfileId;
  title?: string;
  issuer?: string;
  issued_on?: PgDate | string;
  expires_on?: PgDate | string | null;
  document_key?: string | null;
  is_verified?: boolean;
  created_at?: PgDate | string;
  updated_at?: PgDate | string;
}

/**
 * Education of tutors. @subject(tutor_profile_id) @erasure(delete)
 *
 * table public.tutor_education
 */
export interface TutorEducationRow {
  /** Surrogate key. */
  readonly id: TutorEducationId;
  /** The tutor. */
  readonly tutor_profile_id: TutorProfileId;
  /** School or university. */
  readonly institution: string;
  /** Degree. */
  readonly degree: string;
  /** Field of study. */
  readonly field: string | null;
  /** First year. */
  readonly start_year: number;
  /** Last year; null: goes on. */
  readonly end_year: number | null;
  /** Object key in the bucket tutor-assets. @pii(document) */
  readonly document_key: string | null;
  /** When the row was written. */
  readonly created_at: PgDate;
  /** When the row last changed; kept by trigger. */
  readonly updated_at: PgDate;
}

/** What INSERT into tutor_education takes. */
export interface NewTutorEducation {
  id?: TutorEducationId;
  tutor_profile_id: TutorProfileId;
  institution: string;
  degree: string;
  field?: string | null;
  start_year: number;
  end_year?: number | null;
  document_key?: string | null;
  created_at?: PgDate | string;
  updated_at?: PgDate | string;
}

/** What UPDATE of tutor_education takes. */
export interface TutorEducationPatch {
  id?: TutorEducationId;
  tutor_profile_id?: TutorProfileId;
  institution?: string;
  degree?: string;
  field?: string | null;
  start_year?: number;
  end_year?: number | null;
  document_key?: string | null;
  created_at?: PgDate | string;
  updated_at?: PgDate | string;
}

/**
 * Languages of tutors. @subject(tutor_profile_id) @erasure(delete)
 *
 * table public.tutor_languages
 */
export interface TutorLanguageRow {
  /** Surrogate key. */
  readonly id: TutorLanguageId;
  /** The tutor. */
  readonly tutor_profile_id: TutorProfileId;
  /** The language. */
  readonly language_code: string;
  /** How well. */
  readonly fluency: TutorLanguageFluency;
  /** When the row was written. */
  readonly created_at: PgDate;
  /** When the row last changed; kept by trigger. */
  readonly updated_at: PgDate;
}

/** What INSERT into tutor_languages takes. */
export interface NewTutorLanguage {
  id?: TutorLanguageId;
  tutor_profile_id: TutorProfileId;
  language_code: string;
  fluency: TutorLanguageFluency;
  created_at?: PgDate | string;
  updated_at?: PgDate | string;
}

/** What UPDATE of tutor_languages takes. */
export interface TutorLanguagePatch {
  id?: TutorLanguageId;
  tutor_profile_id?: TutorProfileId;
  language_code?: string;
  fluency?: TutorLanguageFluency;
  created_at?: PgDate | string;
  updated_at?: PgDate | string;
}

/**
 * How a tutor answers requests; one row a tutor. @subject(tutor_profile_id) @erasure(delete)
 *
 * table public.tutor_metrics
 */
export interface TutorMetricRow {
  /** The tutor. */
  readonly tutor_profile_id: TutorProfileId;
  /** Requests accepted. */
  readonly accepted_count: number;
  /** Requests declined. */
  readonly declined_count: number;
  /** Requests never answered. */
  readonly expired_count: number;
  /** Sum of the seconds between request and answer, over accepted and declined ones. */
  readonly response_seconds: string;
  /** Latest answer. */
  readonly last_response_at: PgDate | null;
  /** When the row was written. */
  readonly created_at: PgDate;
  /** When the row last changed; kept by trigger. */
  readonly updated_at: PgDate;
}

/** What INSERT into tutor_metrics takes. */
export interface NewTutorMetric {
  tutor_profile_id: TutorProfileId;
  accepted_count?: number;
  declined_count?: number;
  expired_count?: number;
  response_seconds?: string | number | bigint;
  last_response_at?: PgDate | string | null;
  created_at?: PgDate | string;
  updated_at?: PgDate | string;
}

/** What UPDATE of tutor_metrics takes. */
export interface TutorMetricPatch {
  tutor_profile_id?: TutorProfileId;
  accepted_count?: number;
  declined_count?: number;
  expired_count?: number;
  response_seconds?: string | number | bigint;
  last_response_at?: PgDate | string | null;
  created_at?: PgDate | string;
  updated_at?: PgDate | string;
}

/**
 * Lengths and packages a tutor offers. @subject(tutor_profile_id) @erasure(delete)
 *
 * table public.tutor_pricing_options
 */
export interface TutorPricingOptionRow {
  /** Surrogate key. */
  readonly id: TutorPricingOptionId;
  /** The tutor. */
  readonly tutor_profile_id: TutorProfileId;
  /** What is offered. */
  readonly title: string;
  /** Length of a lesson. */
  readonly duration_minutes: number;
  /** Lessons in it; 1: a single lesson. */
  readonly sessions: number;
  /** Price of the whole in minor units. */
  readonly price_cents: number;
  /** Currency (ISO 4217). */
  readonly currency: string;
  /** Days a package stays valid; null: for ever. */
  readonly validity_days: number | null;
  /** Offered. */
  readonly is_active: boolean;
  /** When the row was written. */
  readonly created_at: PgDate;
  /** When the row last changed; kept by trigger. */
  readonly updated_at: PgDate;
}

/** What INSERT into tutor_pricing_options takes. */
export interface NewTutorPricingOption {
  id?: TutorPricingOptionId;
  tutor_profile_id: TutorProfileId;
  title: string;
  duration_minutes: number;
  sessions?: number;
  price_cents: number;
  currency: string;
  validity_days?: number | null;
  is_active?: boolean;
  created_at?: PgDate | string;
  updated_at?: PgDate | string;
}

/** What UPDATE of tutor_pricing_options takes. */
export interface TutorPricingOptionPatch {
  id?: TutorPricingOptionId;
  tutor_profile_id?: TutorProfileId;
  title?: string;
  duration_minutes?: number;
  sessions?: number;
  price_cents?: number;
  currency?: string;
  validity_days?: number | null;
  is_active?: boolean;
  created_at?: PgDate | string;
  updated_at?: PgDate | string;
}

/**
 * Tutors: the public profile, rates and approval. @subject(user_id) @retention(5 years inactive) @erasure(anonymise)
 *
 * table public.tutor_profiles
 */
export interface TutorProfileRow {
  /** Surrogate key. */
  readonly id: TutorProfileId;
  /** The tutor's account. */
  readonly user_id: UserId;
  /** First line of the profile. @pii(free_text) */
  readonly title: string;
  /** Second line of the profile. @pii(free_text) */
  readonly headline: string | null;
  /** About the tutor. @pii(free_text) */
  readonly bio: string | null;
  /** How the tutor teaches. @pii(free_text) */
  readonly teaching_philosophy: string | null;
  /** Price of sixty minutes in major units of currency. */
  readonly hourly_rate: string;
  /** Currency of the hourly rate (ISO 4217). */
  readonly currency: string;
  /** True exactly when profile_status is approved; only then can lessons be booked. */
  readonly is_approved: boolean;
  /** Where the profile stands in the review. */
  readonly profile_status: TutorProfileProfileStatus;
  /** Why a review said no; the tutor and administrators read it. @pii(free_text) */
  readonly rejected_reason: string | null;
  /** Mean of the visible reviews; null without one. */
  readonly average_rating: string | null;
  /** Number of visible reviews. */
  readonly total_reviews: number;
  /** Number of sessions held to completion. */
  readonly total_sessions: number;
  /** Distinctions shown beside the profile: top_rated, fast_responder. */
  readonly badges: (string | null)[];
  /** Connected account for payouts. @pii(credential) */
  readonly stripe_account_id: string | null;
  /** The connected account may take charges. */
  readonly stripe_charges_enabled: boolean;
  /** The connected account may receive payouts. */
  readonly stripe_payouts_enabled: boolean;
  /** Title (A), headline (B), bio and philosophy (C); kept by trigger. @pii(free_text) */
  readonly search_vector: string | null;
  /** When the row was soft-deleted; null while it is live. */
  readonly deleted_at: PgDate | null;
  /** Who soft-deleted the row. */
  readonly deleted_by: UserId | null;
  /** When the row was written. */
  readonly created_at: PgDate;
  /** When the row last changed; kept by trigger. */
  readonly updated_at: PgDate;
  /** Whether the account may act: neither suspended nor deleted; kept by trigger. */
  readonly is_account_active: boolean;
}

/** What INSERT into tutor_profiles takes. */
export interface NewTutorProfile {
  id?: TutorProfileId;
  user_id: UserId;
  title: string;
  headline?: string | null;
  bio?: string | null;
  teaching_philosophy?: string | null;
  hourly_rate: string | number | bigint;
  currency?: string;
  is_approved?: boolean;
  profile_status?: TutorProfileProfileStatus;
  rejected_reason?: string | null;
  average_rating?: string | number | bigint | null;
  total_reviews?: number;
  total_sessions?: number;
  badges?: readonly (string | null)[];
  stripe_account_id?: string | null;
  stripe_charges_enabled?: boolean;
  stripe_payouts_enabled?: boolean;
  search_vector?: string | null;
  deleted_at?: PgDate | string | null;
  deleted_by?: UserId | null;
  created_at?: PgDate | string;
  updated_at?: PgDate | string;
  is_account_active?: boolean;
}

/** What UPDATE of tutor_profiles takes. */
export interface TutorProfilePatch {
  id?: TutorProfileId;
  user_id?: UserId;
  title?: string;
  headline?: string | null;
  bio?: string | null;
  teaching_philosophy?: string | null;
  hourly_rate?: string | number | bigint;
  currency?: string;
  is_approved?: boolean;
  profile_status?: TutorProfileProfileStatus;
  rejected_reason?: string | null;
  average_rating?: string | number | bigint | null;
  total_reviews?: number;
  total_sessions?: number;
  badges?: readonly (string | null)[];
  stripe_account_id?: string | null;
  stripe_charges_enabled?: boolean;
  stripe_payouts_enabled?: boolean;
  search_vector?: string | null;
  deleted_at?: PgDate | string | null;
  deleted_by?: UserId | null;
  created_at?: PgDate | string;
  updated_at?: PgDate | string;
  is_account_active?: boolean;
}

/**
 * Answers of tutors to requests; one a booking. @subject(student_id) @retention(5 years) @erasure(anonymise)
 *
 * table public.tutor_response_log
 */
export interface TutorResponseLogRow {
  /** Surrogate key. */
  readonly id: TutorResponseLogId;
  /** Who answered. */
  readonly tutor_profile_id: TutorProfileId;
  /** The request. */
  readonly booking_id: BookingId;
  /** Who asked; null after erasure. */
  readonly student_id: UserId | null;
  /** The answer. */
  readonly response: TutorResponseLogResponse;
  /** When it was asked. */
  readonly requested_at: PgDate;
  /** When it was answered, or expired. */
  readonly responded_at: PgDate;
  /** Seconds between the two. */
  readonly response_seconds: number;
  /** When the row was written. */
  readonly created_at: PgDate;
}

/** What INSERT into tutor_response_log takes. */
export interface NewTutorResponseLog {
  id?: TutorResponseLogId;
  tutor_profile_id: TutorProfileId;
  booking_id: BookingId;
  student_id?: UserId | null;
  response: TutorResponseLogResponse;
  requested_at: PgDate | string;
  responded_at: PgDate | string;
  response_seconds: number;
  created_at?: PgDate | string;
}

/** What UPDATE of tutor_response_log takes. */
export interface TutorResponseLogPatch {
  id?: TutorResponseLogId;
  tutor_profile_id?: TutorProfileId;
  booking_id?: BookingId;
  student_id?: UserId | null;
  response?: TutorResponseLogResponse;
  requested_at?: PgDate | string;
  responded_at?: PgDate | string;
  response_seconds?: number;
  created_at?: PgDate | string;
}

/**
 * What a tutor teaches. @subject(tutor_profile_id) @erasure(delete)
 *
 * table public.tutor_subjects
 */
export interface TutorSubjectRow {
  /** Surrogate key. */
  readonly id: TutorSubjectId;
  /** The tutor. */
  readonly tutor_profile_id: TutorProfileId;
  /** The subject. */
  readonly subject_id: SubjectId;
  /** Up to which level. */
  readonly level: TutorSubjectLevel;
  /** Years of teaching it. */
  readonly years_of_experience: number;
  /** When the row was written. */
  readonly created_at: PgDate;
  /** When the row last changed; kept by trigger. */
  readonly updated_at: PgDate;
}

/** What INSERT into tutor_subjects takes. */
export interface NewTutorSubject {
  id?: TutorSubjectId;
  tutor_profile_id: TutorProfileId;
  subject_id: SubjectId;
  level?: TutorSubjectLevel;
  years_of_experience?: number;
  created_at?: PgDate | string;
  updated_at?: PgDate | string;
}

/** What UPDATE of tutor_subjects takes. */
export interface TutorSubjectPatch {
  id?: TutorSubjectId;
  tutor_profile_id?: TutorProfileId;
  subject_id?: SubjectId;
  level?: TutorSubjectLevel;
  years_of_experience?: number;
  created_at?: PgDate | string;
  updated_at?: PgDate | string;
}

/**
 * What people agreed to. @subject(user_id) @retention(7 years) @erasure(keep)
 *
 * table public.user_consents
 */
export interface UserConsentRow {
  /** Surrogate key. */
  readonly id: UserConsentId;
  /** Who. */
  readonly user_id: UserId;
  /** To what. */
  readonly purpose: UserConsentPurpose;
  /** Which wording. */
  readonly document_version: string;
  /** False: taken back. */
  readonly is_granted: boolean;
  /** From where. @pii(address) */
  readonly ip_address: string | null;
  /** When the row was written. */
  readonly created_at: PgDate;
}

/** What INSERT into user_consents takes. */
export interface NewUserConsent {
  id?: UserConsentId;
  user_id: UserId;
  purpose: UserConsentPurpose;
  document_version: string;
  is_granted?: boolean;
  ip_address?: string | null;
  created_at?: PgDate | string;
}

/** What UPDATE of user_consents takes. */
export interface UserConsentPatch {
  id?: UserConsentId;
  user_id?: UserId;
  purpose?: UserConsentPurpose;
  document_version?: string;
  is_granted?: boolean;
  ip_address?: string | null;
  created_at?: PgDate | string;
}

/**
 * What a person wants to hear, and how. @subject(user_id) @erasure(delete)
 *
 * table public.user_notification_preferences
 */
export interface UserNotificationPreferenceRow {
  /** Surrogate key. */
  readonly id: UserNotificationPreferenceId;
  /** Who. */
  readonly user_id: UserId;
  /** By which way. */
  readonly channel: UserNotificationPreferenceChannel;
  /** About what. */
  readonly category: UserNotificationPreferenceCategory;
  /** Wanted. */
  readonly is_enabled: boolean;
  /** Local start of the quiet hours. */
  readonly quiet_from: string | null;
  /** Local end of the quiet hours. */
  readonly quiet_until: string | null;
  /** When the row was written. */
  readonly created_at: PgDate;
  /** When the row last changed; kept by trigger. */
  readonly updated_at: PgDate;
}

/** What INSERT into user_notification_preferences takes. */
export interface NewUserNotificationPreference {
  id?: UserNotificationPreferenceId;
  user_id: UserId;
  channel: UserNotificationPreferenceChannel;
  category: UserNotificationPreferenceCategory;
  is_enabled?: boolean;
  quiet_from?: string | null;
  quiet_until?: string | null;
  created_at?: PgDate | string;
  updated_at?: PgDate | string;
}

/** What UPDATE of user_notification_preferences takes. */
export interface UserNotificationPreferencePatch {
  id?: UserNotificationPreferenceId;
  user_id?: UserId;
  channel?: UserNotificationPreferenceChannel;
  category?: UserNotificationPreferenceCategory;
  is_enabled?: boolean;
  quiet_from?: string | null;
  quiet_until?: string | null;
  created_at?: PgDate | string;
  updated_at?: PgDate | string;
}

/**
 * The person behind an account. @subject(user_id) @retention(5 years inactive) @erasure(delete)
 *
 * table public.user_profiles
 */
export interface UserProfileRow {
  /** Surrogate key. */
  readonly id: UserProfileId;
  /** The account. */
  readonly user_id: UserId;
  /** Given name. @pii(name) */
  readonly first_name: string;
  /** Family name. @pii(name) */
  readonly last_name: string;
  /** Telephone number in E.164 form. @pii(phone) */
  readonly phone: string | null;
  /** Object key in the bucket user-avatars. @pii(document) */
  readonly avatar_key: string | null;
  /** A few words about oneself. @pii(free_text) */
  readonly bio: string | null;
  /** ISO 3166-1 alpha-2. */
  readonly country_code: string | null;
  /** Where the person lives. @pii(address) */
  readonly city: string | null;
  /** Postal address, for invoices. @pii(address) */
  readonly address: string | null;
  /** When the row was soft-deleted; null while it is live. */
  readonly deleted_at: PgDate | null;
  /** Who soft-deleted the row. */
  readonly deleted_by: UserId | null;
  /** When the row was written. */
  readonly created_at: PgDate;
  /** When the row last changed; kept by trigger. */
  readonly updated_at: PgDate;
}

/** What INSERT into user_profiles takes. */
export interface NewUserProfile {
  id?: UserProfileId;
  user_id: UserId;
  first_name: string;
  last_name: string;
  phone?: string | null;
  avatar_key?: string | null;
  bio?: string | null;
  country_code?: string | null;
  city?: string | null;
  address?: string | null;
  deleted_at?: PgDate | string | null;
  deleted_by?: UserId | null;
  created_at?: PgDate | string;
  updated_at?: PgDate | string;
}

/** What UPDATE of user_profiles takes. */
export interface UserProfilePatch {
  id?: UserProfileId;
  user_id?: UserId;
  first_name?: string;
  last_name?: string;
  phone?: string | null;
  avatar_key?: string | null;
  bio?: string | null;
  country_code?: string | null;
  city?: string | null;
  address?: string | null;
  deleted_at?: PgDate | string | null;
  deleted_by?: UserId | null;
  created_at?: PgDate | string;
  updated_at?: PgDate | string;
}

/**
 * Accounts: everybody who can sign in. @subject(id) @retention(5 years inactive) @erasure(anonymise)
 *
 * table public.users
 */
export interface UserRow {
  /** Surrogate key. */
  readonly id: UserId;
  /** Sign-in address, unique whatever its case. @pii(email) */
  readonly email: string;
  /** Password hash; never exported. @pii(credential) */
  readonly hashed_password: string;
  /** What the account may do; only an administrator changes it. */
  readonly role: UserRole;
  /** False: the account may not act. */
  readonly is_active: boolean;
  /** The address has been confirmed. */
  readonly is_verified: boolean;
  /** Currency the person sees prices in (ISO 4217). */
  readonly currency: string;
  /** IANA time zone; a tutor's availability is read in it. */
  readonly timezone: string;
  /** Subject of the Google sign-in. @pii(credential) */
  readonly google_id: string | null;
  /** OAuth access token; never exported. @pii(credential) */
  readonly google_calendar_access_token: string | null;
  /** OAuth refresh token; never exported. @pii(credential) */
  readonly google_calendar_refresh_token: string | null;
  /** Last sign of life; inactivity counts from here. */
  readonly last_active_at: PgDate | null;
  /** When the row was soft-deleted; null while it is live. */
  readonly deleted_at: PgDate | null;
  /** Who soft-deleted the row. */
  readonly deleted_by: UserId | null;
  /** When the row was written. */
  readonly created_at: PgDate;
  /** When the row last changed; kept by trigger. */
  readonly updated_at: PgDate;
}

/** What INSERT into users takes. */
export interface NewUser {
  id?: UserId;
  email: string;
  hashed_password: string;
  role?: UserRole;
  is_active?: boolean;
  is_verified?: boolean;
  currency?: string;
  timezone?: string;
  google_id?: string | null;
  google_calendar_access_token?: string | null;
  google_calendar_refresh_token?: string | null;
  last_active_at?: PgDate | string | null;
  deleted_at?: PgDate | string | null;
  deleted_by?: UserId | null;
  created_at?: PgDate | string;
  updated_at?: PgDate | string;
}

/** What UPDATE of users takes. */
export interface UserPatch {
  id?: UserId;
  email?: string;
  hashed_password?: string;
  role?: UserRole;
  is_active?: boolean;
  is_verified?: boolean;
  currency?: string;
  timezone?: string;
  google_id?: string | null;
  google_calendar_access_token?: string | null;
  google_calendar_refresh_token?: string | null;
  last_active_at?: PgDate | string | null;
  deleted_at?: PgDate | string | null;
  deleted_by?: UserId | null;
  created_at?: PgDate | string;
  updated_at?: PgDate | string;
}

/**
 * Ledger entries, two a transfer, append-only. @retention(for ever) @erasure(keep)
 *
 * table public.wallet_transactions
 */
export interface WalletTransactionRow {
  /** Surrogate key. */
  readonly id: WalletTransactionId;
  /** The wallet it moves. */
  readonly wallet_id: WalletId;
  /** Entries of one transfer share it and add up to nothing. */
  readonly transfer_id: string;
  /** Why the money moves. */
  readonly type: WalletTransactionType;
  /** Into the wallet, or out of it when negative. */
  readonly amount_cents: string;
  /** Balance of the wallet after it; kept by trigger. */
  readonly balance_after_cents: string;
  /** The lesson it is about. */
  readonly booking_id: BookingId | null;
  /** When the row was written. */
  readonly created_at: PgDate;
}

/** What INSERT into wallet_transactions takes. */
export interface NewWalletTransaction {
  id?: WalletTransactionId;
  wallet_id: WalletId;
  transfer_id: string;
  type: WalletTransactionType;
  amount_cents: string | number | bigint;
  balance_after_cents: string | number | bigint;
  booking_id?: BookingId | null;
  created_at?: PgDate | string;
}

/** What UPDATE of wallet_transactions takes. */
export interface WalletTransactionPatch {
  id?: WalletTransactionId;
  wallet_id?: WalletId;
  transfer_id?: string;
  type?: WalletTransactionType;
  amount_cents?: string | number | bigint;
  balance_after_cents?: string | number | bigint;
  booking_id?: BookingId | null;
  created_at?: PgDate | string;
}

/**
 * Who holds how much, in one currency each. @subject(user_id) @retention(for ever) @erasure(keep)
 *
 * table public.wallets
 */
export interface WalletRow {
  /** Surrogate key. */
  readonly id: WalletId;
  /** A person, the platform, or the world outside (banks, providers), which alone may be negative with the platform. */
  readonly kind: WalletKind;
  /** Whose it is; null for platform and external. */
  readonly user_id: UserId | null;
  /** Currency (ISO 4217). */
  readonly currency: string;
  /** Sum of its transactions in minor units; kept by trigger. */
  readonly balance_cents: string;
  /** Grows by one with every change, for optimistic locking. */
  readonly version: number;
  /** When the row was written. */
  readonly created_at: PgDate;
  /** When the row last changed; kept by trigger. */
  readonly updated_at: PgDate;
}

/** What INSERT into wallets takes. */
export interface NewWallet {
  id?: WalletId;
  kind?: WalletKind;
  user_id?: UserId | null;
  currency: string;
  balance_cents?: string | number | bigint;
  version?: number;
  created_at?: PgDate | string;
  updated_at?: PgDate | string;
}

/** What UPDATE of wallets takes. */
export interface WalletPatch {
  id?: WalletId;
  kind?: WalletKind;
  user_id?: UserId | null;
  currency?: string;
  balance_cents?: string | number | bigint;
  version?: number;
  created_at?: PgDate | string;
  updated_at?: PgDate | string;
}

/**
 * Events that providers sent. @retention(90 days) @erasure(keep)
 *
 * table public.webhook_events
 */
export interface WebhookEventRow {
  /** Surrogate key. */
  readonly id: WebhookEventId;
  /** Who sent it. */
  readonly provider: string;
  /** What the provider calls it: a second delivery is refused. */
  readonly event_id: string;
  /** What happened. */
  readonly event_type: string;
  /** As it came, after personal data was taken out. */
  readonly payload: JsonValue;
  /** When it was dealt with; null while it waits. */
  readonly processed_at: PgDate | null;
  /** How often it was tried. */
  readonly attempts: number;
  /** What went wrong last. */
  readonly last_error: string | null;
  /** When the row was written. */
  readonly created_at: PgDate;
}

/** What INSERT into webhook_events takes. */
export interface NewWebhookEvent {
  id?: WebhookEventId;
  provider: string;
  event_id: string;
  event_type: string;
  payload: JsonInput;
  processed_at?: PgDate | string | null;
  attempts?: number;
  last_error?: string | null;
  created_at?: PgDate | string;
}

/** What UPDATE of webhook_events takes. */
export interface WebhookEventPatch {
  id?: WebhookEventId;
  provider?: string;
  event_id?: string;
  event_type?: string;
  payload?: JsonInput;
  processed_at?: PgDate | string | null;
  attempts?: number;
  last_error?: string | null;
  created_at?: PgDate | string;
}

/**
 * Rows of bookings that are not soft-deleted.
 *
 * view public.active_bookings
 */
export interface ActiveBookingRow {
  readonly id: BookingId;
  readonly tutor_profile_id: TutorProfileId;
  readonly student_id: UserId;
  readonly subject_id: SubjectId;
  readonly package_id: StudentPackageId | null;
  readonly start_time: PgDate;
  readonly end_time: PgDate;
  readonly session_state: BookingSessionState;
  readonly session_outcome: BookingSessionOutcome | null;
  readonly payment_state: BookingPaymentState;
  readonly dispute_state: BookingDisputeState;
  readonly state_changed_at: PgDate;
  readonly tutor_joined_at: PgDate | null;
  readonly student_joined_at: PgDate | null;
  readonly cancelled_by_role: BookingCancelledByRole | null;
  readonly cancelled_at: PgDate | null;
  readonly cancellation_reason: string | null;
  readonly dispute_reason: string | null;
  readonly disputed_at: PgDate | null;
  readonly disputed_by: UserId | null;
  readonly resolved_at: PgDate | null;
  readonly resolved_by: UserId | null;
  readonly resolution_notes: string | null;
  readonly tutor_name: string;
  readonly student_name: string;
  readonly subject_name: string;
  readonly rate_cents: number;
  readonly currency: string;
  readonly platform_fee_pct: string;
  readonly platform_fee_cents: number;
  readonly tutor_earnings_cents: number;
  readonly pricing_snapshot: PricingSnapshot;
  readonly credit_restored_at: PgDate | null;
  readonly join_url: string | null;
  readonly zoom_meeting_id: string | null;
  readonly google_calendar_event_id: string | null;
  readonly version: number;
  readonly created_at: PgDate;
  readonly updated_at: PgDate;
}

/**
 * Rows of conversations that are not soft-deleted.
 *
 * view public.active_conversations
 */
export interface ActiveConversationRow {
  readonly id: ConversationId;
  readonly student_id: UserId;
  readonly tutor_user_id: UserId;
  readonly booking_id: BookingId | null;
  readonly last_message_at: PgDate | null;
  readonly created_at: PgDate;
  readonly updated_at: PgDate;
}

/**
 * Rows of message_attachments that are not soft-deleted.
 *
 * view public.active_message_attachments
 */
export interface ActiveMessageAttachmentRow {
  readonly id: MessageAttachmentId;
  readonly message_id: MessageId;
  readonly uploaded_by: UserId | null;
  readonly object_key: string;
  readonly filename: string;
  readonly mime_type: MessageAttachmentMimeType;
  readonly size_bytes: number;
  readonly created_at: PgDate;
  readonly updated_at: PgDate;
}

/**
 * Rows of messages that are not soft-deleted.
 *
 * view public.active_messages
 */
export interface ActiveMessageRow {
  readonly id: MessageId;
  readonly conversation_id: ConversationId;
  readonly sender_id: UserId;
  readonly recipient_id: UserId;
  readonly body: string;
  readonly is_read: boolean;
  readonly read_at: PgDate | null;
  readonly created_at: PgDate;
  readonly updated_at: PgDate;
}

/**
 * Rows of reviews that are not soft-deleted.
 *
 * view public.active_reviews
 */
export interface ActiveReviewRow {
  readonly id: ReviewId;
  readonly booking_id: BookingId;
  readonly tutor_profile_id: TutorProfileId;
  readonly student_id: UserId | null;
  readonly rating: number;
  readonly comment: string | null;
  readonly tutor_response: string | null;
  readonly responded_at: PgDate | null;
  readonly is_visible: boolean;
  readonly created_at: PgDate;
  readonly updated_at: PgDate;
}

/**
 * Rows of session_materials that are not soft-deleted.
 *
 * view public.active_session_materials
 */
export interface ActiveSessionMaterialRow {
  readonly id: SessionMaterialId;
  readonly booking_id: BookingId;
  readonly uploaded_by: UserId | null;
  readonly title: string;
  readonly url: string | null;
  readonly object_key: string | null;
  readonly material_type: SessionMaterialMaterialType;
  readonly created_at: PgDate;
  readonly updated_at: PgDate;
}

/**
 * Rows of stored_files that are not soft-deleted.
 *
 * view public.active_stored_files
 */
export interface ActiveStoredFileRow {
  readonly id: StoredFileId;
  readonly bucket_name: string;
  readonly object_key: string;
  readonly owner_id: UserId | null;
  readonly mime_type: string;
  readonly size_bytes: number;
  readonly checksum: string;
  readonly object_deleted_at: PgDate | null;
  readonly created_at: PgDate;
  readonly updated_at: PgDate;
}

/**
 * Rows of student_notes that are not soft-deleted.
 *
 * view public.active_student_notes
 */
export interface ActiveStudentNoteRow {
  readonly id: StudentNoteId;
  readonly tutor_profile_id: TutorProfileId;
  readonly student_id: UserId;
  readonly booking_id: BookingId | null;
  readonly content: string;
  readonly is_private: boolean;
  readonly created_at: PgDate;
  readonly updated_at: PgDate;
}

/**
 * Rows of student_profiles that are not soft-deleted.
 *
 * view public.active_student_profiles
 */
export interface ActiveStudentProfileRow {
  readonly id: StudentProfileId;
  readonly user_id: UserId;
  readonly education_level: StudentProfileEducationLevel | null;
  readonly learning_style: string | null;
  readonly goals: string | null;
  readonly guardian_name: string | null;
  readonly guardian_email: string | null;
  readonly created_at: PgDate;
  readonly updated_at: PgDate;
}

/**
 * Rows of tutor_profiles that are not soft-deleted.
 *
 * view public.active_tutor_profiles
 */
export interface ActiveTutorProfileRow {
  readonly id: TutorProfileId;
  readonly user_id: UserId;
  readonly title: string;
  readonly headline: string | null;
  readonly bio: string | null;
  readonly teaching_philosophy: string | null;
  readonly hourly_rate: string;
  readonly currency: string;
  readonly is_approved: boolean;
  readonly profile_status: TutorProfileProfileStatus;
  readonly average_rating: string | null;
  readonly total_reviews: number;
  readonly total_sessions: number;
  readonly badges: (string | null)[];
  readonly search_vector: string | null;
  readonly created_at: PgDate;
  readonly updated_at: PgDate;
}

/**
 * Rows of user_profiles that are not soft-deleted.
 *
 * view public.active_user_profiles
 */
export interface ActiveUserProfileRow {
  readonly id: UserProfileId;
  readonly user_id: UserId;
  readonly first_name: string;
  readonly last_name: string;
  readonly phone: string | null;
  readonly avatar_key: string | null;
  readonly bio: string | null;
  readonly country_code: string | null;
  readonly city: string | null;
  readonly address: string | null;
  readonly created_at: PgDate;
  readonly updated_at: PgDate;
}

/**
 * Rows of users that are not soft-deleted.
 *
 * view public.active_users
 */
export interface ActiveUserRow {
  readonly id: UserId;
  readonly email: string;
  readonly role: UserRole;
  readonly is_active: boolean;
  readonly is_verified: boolean;
  readonly currency: string;
  readonly timezone: string;
  readonly last_active_at: PgDate | null;
  readonly created_at: PgDate;
  readonly updated_at: PgDate;
}

/**
 * The single status of old, for legacy readers.
 *
 * view public.booking_statuses
 */
export interface BookingStatusRow {
  readonly booking_id: BookingId;
  readonly status: string | null;
  readonly updated_at: PgDate;
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
  readonly audit_log: KyselyTable<AuditLogRow, NewAuditLog, AuditLogPatch>;
  readonly booking_transitions: KyselyTable<BookingTransitionRow, NewBookingTransition, BookingTransitionPatch>;
  readonly booking_waitlist: KyselyTable<BookingWaitlistRow, NewBookingWaitlist, BookingWaitlistPatch>;
  readonly bookings: KyselyTable<BookingRow, NewBooking, BookingPatch>;
  readonly conversations: KyselyTable<ConversationRow, NewConversation, ConversationPatch>;
  readonly currency_rates: KyselyTable<CurrencyRateRow, NewCurrencyRate, CurrencyRatePatch>;
  readonly data_subject_requests: KyselyTable<DataSubjectRequestRow, NewDataSubjectRequest, DataSubjectRequestPatch>;
  readonly erasure_log: KyselyTable<ErasureLogRow, NewErasureLog, ErasureLogPatch>;
  readonly favorite_tutors: KyselyTable<FavoriteTutorRow, NewFavoriteTutor, FavoriteTutorPatch>;
  readonly file_buckets: KyselyTable<FileBucketRow, NewFileBucket, FileBucketPatch>;
  readonly idempotency_keys: KyselyTable<IdempotencyKeyRow, NewIdempotencyKey, IdempotencyKeyPatch>;
  readonly learning_goals: KyselyTable<LearningGoalRow, NewLearningGoal, LearningGoalPatch>;
  readonly lessons: KyselyTable<LessonRow, NewLesson, LessonPatch>;
  readonly message_attachments: KyselyTable<MessageAttachmentRow, NewMessageAttachment, MessageAttachmentPatch>;
  readonly messages: KyselyTable<MessageRow, NewMessage, MessagePatch>;
  readonly notification_templates: KyselyTable<NotificationTemplateRow, NewNotificationTemplate, NotificationTemplatePatch>;
  readonly notifications: KyselyTable<NotificationRow, NewNotification, NotificationPatch>;
  readonly outbox_events: KyselyTable<OutboxEventRow, NewOutboxEvent, OutboxEventPatch>;
  readonly payments: KyselyTable<PaymentRow, NewPayment, PaymentPatch>;
  readonly payouts: KyselyTable<PayoutRow, NewPayout, PayoutPatch>;
  readonly progress: KyselyTable<ProgressRow, NewProgress, ProgressPatch>;
  readonly refunds: KyselyTable<RefundRow, NewRefund, RefundPatch>;
  readonly reports: KyselyTable<ReportRow, NewReport, ReportPatch>;
  readonly retention_policies: KyselyTable<RetentionPolicyRow, NewRetentionPolicy, RetentionPolicyPatch>;
  readonly retention_runs: KyselyTable<RetentionRunRow, NewRetentionRun, RetentionRunPatch>;
  readonly reviews: KyselyTable<ReviewRow, NewReview, ReviewPatch>;
  readonly session_materials: KyselyTable<SessionMaterialRow, NewSessionMaterial, SessionMaterialPatch>;
  readonly skills: KyselyTable<SkillRow, NewSkill, SkillPatch>;
  readonly stored_files: KyselyTable<StoredFileRow, NewStoredFile, StoredFilePatch>;
  readonly student_notes: KyselyTable<StudentNoteRow, NewStudentNote, StudentNotePatch>;
  readonly student_packages: KyselyTable<StudentPackageRow, NewStudentPackage, StudentPackagePatch>;
  readonly student_profiles: KyselyTable<StudentProfileRow, NewStudentProfile, StudentProfilePatch>;
  readonly subjects: KyselyTable<SubjectRow, NewSubject, SubjectPatch>;
  readonly supported_currencies: KyselyTable<SupportedCurrencyRow, NewSupportedCurrency, SupportedCurrencyPatch>;
  readonly supported_languages: KyselyTable<SupportedLanguageRow, NewSupportedLanguage, SupportedLanguagePatch>;
  readonly tutor_availabilities: KyselyTable<TutorAvailabilityRow, NewTutorAvailability, TutorAvailabilityPatch>;
  readonly tutor_blackouts: KyselyTable<TutorBlackoutRow, NewTutorBlackout, TutorBlackoutPatch>;
  readonly tutor_certifications: KyselyTable<TutorCertificationRow, NewTutorCertification, TutorCertificationPatch>;
  readonly tutor_education: KyselyTable<TutorEducationRow, NewTutorEducation, TutorEducationPatch>;
  readonly tutor_languages: KyselyTable<TutorLanguageRow, NewTutorLanguage, TutorLanguagePatch>;
  readonly tutor_metrics: KyselyTable<TutorMetricRow, NewTutorMetric, TutorMetricPatch>;
  readonly tutor_pricing_options: KyselyTable<TutorPricingOptionRow, NewTutorPricingOption, TutorPricingOptionPatch>;
  readonly tutor_profiles: KyselyTable<TutorProfileRow, NewTutorProfile, TutorProfilePatch>;
  readonly tutor_response_log: KyselyTable<TutorResponseLogRow, NewTutorResponseLog, TutorResponseLogPatch>;
  readonly tutor_subjects: KyselyTable<TutorSubjectRow, NewTutorSubject, TutorSubjectPatch>;
  readonly user_consents: KyselyTable<UserConsentRow, NewUserConsent, UserConsentPatch>;
  readonly user_notification_preferences: KyselyTable<UserNotificationPreferenceRow, NewUserNotificationPreference, UserNotificationPreferencePatch>;
  readonly user_profiles: KyselyTable<UserProfileRow, NewUserProfile, UserProfilePatch>;
  readonly users: KyselyTable<UserRow, NewUser, UserPatch>;
  readonly wallet_transactions: KyselyTable<WalletTransactionRow, NewWalletTransaction, WalletTransactionPatch>;
  readonly wallets: KyselyTable<WalletRow, NewWallet, WalletPatch>;
  readonly webhook_events: KyselyTable<WebhookEventRow, NewWebhookEvent, WebhookEventPatch>;
  readonly active_bookings: KyselyView<ActiveBookingRow>;
  readonly active_conversations: KyselyView<ActiveConversationRow>;
  readonly active_message_attachments: KyselyView<ActiveMessageAttachmentRow>;
  readonly active_messages: KyselyView<ActiveMessageRow>;
  readonly active_reviews: KyselyView<ActiveReviewRow>;
  readonly active_session_materials: KyselyView<ActiveSessionMaterialRow>;
  readonly active_stored_files: KyselyView<ActiveStoredFileRow>;
  readonly active_student_notes: KyselyView<ActiveStudentNoteRow>;
  readonly active_student_profiles: KyselyView<ActiveStudentProfileRow>;
  readonly active_tutor_profiles: KyselyView<ActiveTutorProfileRow>;
  readonly active_user_profiles: KyselyView<ActiveUserProfileRow>;
  readonly active_users: KyselyView<ActiveUserRow>;
  readonly booking_statuses: KyselyView<BookingStatusRow>;
}

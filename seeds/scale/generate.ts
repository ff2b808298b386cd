/**
 * A marketplace of any size for tests of speed, the same on every machine. Blocks of 1,000 people come one after the other, each with all
 * its tables, so memory does not grow with the factor, and what many tables are told from, the lessons, is derived once.
 */
import { type Block, blocks } from './block.ts';
import { payouts, wallets, walletTransactions } from './ledger.ts';
import {
  bookings,
  conversations,
  lessonLogs,
  messages,
  metrics,
  notifications,
  packages,
  payments,
  progress,
  refunds,
  responses,
  reviews,
} from './lesson-rows.ts';
import {
  availabilities,
  favorites,
  languages,
  perTutor,
  pricingOptions,
  profiles,
  studentProfiles,
  subjects,
  tutorProfile,
  users,
} from './people-rows.ts';
import type { Row } from './row.ts';

export interface GeneratedTable {
  readonly table: string;
  readonly columns: readonly string[];
  readonly rows: Iterable<Row>;
}

/** `factor`: 1,000 people, 200 tutors and 10,000 lessons each; a whole number from 1 on. */
export function generate({ factor }: { readonly factor: number }): readonly GeneratedTable[] {
  const told = tables().map(([table, names, rows]) => ({ table, columns: names.split(' '), rows }));
  const block = blocks();
  return Array.from({ length: factor }, (_, number) =>
    told.map(({ table, columns, rows }) => ({
      table,
      columns,
      rows: { [Symbol.iterator]: () => rows(block(number))[Symbol.iterator]() },
    })),
  ).flat();
}

type Told = readonly [table: string, columns: string, rows: (block: Block) => Iterable<Row>];

/** In the order of their foreign keys. */
const tables = (): readonly Told[] => [
  ['users', 'id email hashed_password role is_verified currency timezone last_active_at created_at', users],
  ['user_profiles', 'user_id first_name last_name country_code city created_at', profiles],
  [
    'tutor_profiles',
    'id user_id title headline bio hourly_rate currency is_approved profile_status badges created_at',
    perTutor(tutorProfile),
  ],
  ['tutor_subjects', 'tutor_profile_id subject_id level years_of_experience', perTutor(subjects)],
  ['tutor_languages', 'tutor_profile_id language_code fluency', perTutor(languages)],
  ['tutor_availabilities', 'tutor_profile_id day_of_week start_time end_time', perTutor(availabilities)],
  [
    'tutor_pricing_options',
    'tutor_profile_id title duration_minutes sessions price_cents currency validity_days',
    perTutor(pricingOptions),
  ],
  [
    'tutor_metrics',
    'tutor_profile_id accepted_count declined_count expired_count response_seconds last_response_at',
    perTutor(metrics),
  ],
  ['student_profiles', 'user_id education_level goals', studentProfiles],
  ['favorite_tutors', 'student_id tutor_profile_id', perTutor(favorites)],
  [
    'student_packages',
    'id student_id tutor_profile_id sessions_purchased sessions_used sessions_remaining purchase_price_cents currency status purchased_at',
    perTutor(packages),
  ],
  [
    'bookings',
    'id tutor_profile_id student_id subject_id package_id start_time end_time session_state session_outcome payment_state dispute_state state_changed_at ' +
      'cancelled_by_role cancelled_at dispute_reason disputed_at disputed_by resolved_at resolved_by tutor_name student_name subject_name ' +
      'rate_cents currency platform_fee_cents tutor_earnings_cents pricing_snapshot credit_restored_at created_at',
    bookings,
  ],
  [
    'tutor_response_log',
    'tutor_profile_id booking_id student_id response requested_at responded_at response_seconds',
    responses,
  ],
  [
    'payments',
    'id booking_id student_id amount_cents refunded_cents currency status provider_payment_id provider_event_id authorized_at captured_at created_at',
    payments,
  ],
  ['refunds', 'payment_id amount_cents currency reason provider_refund_id provider_event_id created_at', refunds],
  ['wallets', 'id kind user_id currency', wallets],
  [
    'wallet_transactions',
    'wallet_id transfer_id type amount_cents balance_after_cents booking_id created_at',
    walletTransactions(),
  ],
  ['payouts', 'tutor_profile_id amount_cents currency status provider_event_id paid_at created_at', payouts],
  ['reviews', 'booking_id tutor_profile_id student_id rating comment created_at', reviews],
  ['lessons', 'booking_id tutor_profile_id student_id subject_id scheduled_at duration_minutes topics', lessonLogs],
  ['progress', 'student_id skill_id proficiency practiced_at', perTutor(progress)],
  ['conversations', 'id student_id tutor_user_id last_message_at created_at', perTutor(conversations)],
  ['messages', 'conversation_id sender_id recipient_id body is_read read_at created_at', messages],
  ['notifications', 'user_id type title body data read_at created_at', notifications],
];

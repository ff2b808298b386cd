/** The only list of rules: what costs locks first, then what loses or breaks something, then what is better otherwise. */

import type { Rule } from './rule.ts';
import { rule as arrayDefault } from './rules/array-default.ts';
import { rule as checkNotValid } from './rules/check-not-valid.ts';
import { rule as columnDefaultVolatile } from './rules/column-default-volatile.ts';
import { rule as columnGeneratedStored } from './rules/column-generated-stored.ts';
import { rule as columnRequired } from './rules/column-required.ts';
import { rule as columnSerial } from './rules/column-serial.ts';
import { rule as columnType } from './rules/column-type.ts';
import { rule as concurrentlyAlone } from './rules/concurrently-alone.ts';
import { rule as concurrentlyIfNotExists } from './rules/concurrently-if-not-exists.ts';
import { rule as concurrentlyPartitioned } from './rules/concurrently-partitioned.ts';
import { rule as definerSearchPath } from './rules/definer-search-path.ts';
import { rule as detachConcurrently } from './rules/detach-concurrently.ts';
import { rule as domainConstraint } from './rules/domain-constraint.ts';
import { rule as domainWithConstraint } from './rules/domain-with-constraint.ts';
import { rule as downLosesData } from './rules/down-loses-data.ts';
import { rule as dropColumn } from './rules/drop-column.ts';
import { rule as dropIndexConcurrently } from './rules/drop-index-concurrently.ts';
import { rule as dropNotNull } from './rules/drop-not-null.ts';
import { rule as dropSchema } from './rules/drop-schema.ts';
import { rule as dropTable } from './rules/drop-table.ts';
import { rule as duplicateAssignment } from './rules/duplicate-assignment.ts';
import { rule as enumValueOrder } from './rules/enum-value-order.ts';
import { rule as exclusionConstraint } from './rules/exclusion-constraint.ts';
import { rule as foreignKeyIndex } from './rules/foreign-key-index.ts';
import { rule as foreignKeyNotValid } from './rules/foreign-key-not-valid.ts';
import { rule as identifierTooLong } from './rules/identifier-too-long.ts';
import { rule as indexColumns } from './rules/index-columns.ts';
import { rule as indexConcurrently } from './rules/index-concurrently.ts';
import { rule as noChar } from './rules/no-char.ts';
import { rule as preferBigint } from './rules/prefer-bigint.ts';
import { rule as preferIdentity } from './rules/prefer-identity.ts';
import { rule as preferJsonb } from './rules/prefer-jsonb.ts';
import { rule as preferText } from './rules/prefer-text.ts';
import { rule as preferTimestamptz } from './rules/prefer-timestamptz.ts';
import { rule as recreateTable } from './rules/recreate-table.ts';
import { rule as reindexConcurrently } from './rules/reindex-concurrently.ts';
import { rule as rename } from './rules/rename.ts';
import { rule as renameEnumValue } from './rules/rename-enum-value.ts';
import { rule as robustStatement } from './rules/robust-statement.ts';
import { rule as setNotNull } from './rules/set-not-null.ts';
import { rule as setNullOnNotNull } from './rules/set-null-on-not-null.ts';
import { rule as swallowedErrors } from './rules/swallowed-errors.ts';
import { rule as tableSchema } from './rules/table-schema.ts';
import { rule as truncate } from './rules/truncate.ts';
import { rule as unbatchedRows } from './rules/unbatched-rows.ts';
import { rule as uniqueUsingIndex } from './rules/unique-using-index.ts';
import { rule as vacuumFull } from './rules/vacuum-full.ts';
import { rule as validateApart } from './rules/validate-apart.ts';
import { rule as viewSecurityInvoker } from './rules/view-security-invoker.ts';
import { rule as workUnderLock } from './rules/work-under-lock.ts';

export const RULES: readonly Rule[] = [
  indexConcurrently,
  dropIndexConcurrently,
  checkNotValid,
  foreignKeyNotValid,
  validateApart,
  uniqueUsingIndex,
  exclusionConstraint,
  setNotNull,
  columnDefaultVolatile,
  columnGeneratedStored,
  columnSerial,
  columnRequired,
  columnType,
  vacuumFull,
  reindexConcurrently,
  detachConcurrently,
  workUnderLock,
  unbatchedRows,
  concurrentlyAlone,
  concurrentlyIfNotExists,
  concurrentlyPartitioned,
  dropColumn,
  dropTable,
  dropSchema,
  dropNotNull,
  rename,
  renameEnumValue,
  truncate,
  downLosesData,
  recreateTable,
  setNullOnNotNull,
  arrayDefault,
  preferJsonb,
  preferTimestamptz,
  preferText,
  noChar,
  preferBigint,
  preferIdentity,
  identifierTooLong,
  enumValueOrder,
  tableSchema,
  robustStatement,
  duplicateAssignment,
  indexColumns,
  domainConstraint,
  domainWithConstraint,
  swallowedErrors,
  definerSearchPath,
  viewSecurityInvoker,
  foreignKeyIndex,
];

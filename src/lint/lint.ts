/**
 * The only list of rules: what costs locks first, then what loses or breaks something, then what is better otherwise, then
 * conventions, most of which a project switches on for itself.
 */
import type { Rule } from './rule.ts';
import { rule as arrayDefault } from './rules/array-default.ts';
import { rule as attachPartitionCheck } from './rules/attach-partition-check.ts';
import { rule as checkNotValid } from './rules/check-not-valid.ts';
import { rule as columnConventions } from './rules/column-conventions.ts';
import { rule as columnDefaultVolatile } from './rules/column-default-volatile.ts';
import { rule as columnDomain } from './rules/column-domain.ts';
import { rule as columnGeneratedStored } from './rules/column-generated-stored.ts';
import { rule as columnOrder } from './rules/column-order.ts';
import { rule as columnRequired } from './rules/column-required.ts';
import { rule as columnSerial } from './rules/column-serial.ts';
import { rule as columnType } from './rules/column-type.ts';
import { rule as combineAlterTable } from './rules/combine-alter-table.ts';
import { rule as commentMissing } from './rules/comment-missing.ts';
import { rule as concurrentlyAlone } from './rules/concurrently-alone.ts';
import { rule as concurrentlyIfNotExists } from './rules/concurrently-if-not-exists.ts';
import { rule as concurrentlyPartitioned } from './rules/concurrently-partitioned.ts';
import { rule as concurrentlyTimeout } from './rules/concurrently-timeout.ts';
import { rule as createdAtMissing } from './rules/created-at-missing.ts';
import { rule as definerSearchPath } from './rules/definer-search-path.ts';
import { rule as detachConcurrently } from './rules/detach-concurrently.ts';
import { rule as domainConstraint } from './rules/domain-constraint.ts';
import { rule as domainWithConstraint } from './rules/domain-with-constraint.ts';
import { rule as downLosesData } from './rules/down-loses-data.ts';
import { rule as dropCascade } from './rules/drop-cascade.ts';
import { rule as dropColumn } from './rules/drop-column.ts';
import { rule as dropForeignKey } from './rules/drop-foreign-key.ts';
import { rule as dropIndexConcurrently } from './rules/drop-index-concurrently.ts';
import { rule as dropNotNull } from './rules/drop-not-null.ts';
import { rule as dropSchema } from './rules/drop-schema.ts';
import { rule as dropTable } from './rules/drop-table.ts';
import { rule as duplicateAssignment } from './rules/duplicate-assignment.ts';
import { rule as dynamicSql } from './rules/dynamic-sql.ts';
import { rule as enumValueOrder } from './rules/enum-value-order.ts';
import { rule as exclusionConstraint } from './rules/exclusion-constraint.ts';
import { rule as extensionUpgrade } from './rules/extension-upgrade.ts';
import { rule as foreignKeyIndex } from './rules/foreign-key-index.ts';
import { rule as foreignKeyNotValid } from './rules/foreign-key-not-valid.ts';
import { rule as identifierTooLong } from './rules/identifier-too-long.ts';
import { rule as indexColumns } from './rules/index-columns.ts';
import { rule as indexConcurrently } from './rules/index-concurrently.ts';
import { rule as lockOrder } from './rules/lock-order.ts';
import { rule as lockUpgrade } from './rules/lock-upgrade.ts';
import { rule as naming } from './rules/naming.ts';
import { rule as noChar } from './rules/no-char.ts';
import { rule as noEnum } from './rules/no-enum.ts';
import { rule as onDeleteChosen } from './rules/on-delete-chosen.ts';
import { rule as personalData } from './rules/personal-data.ts';
import { rule as preferBigint } from './rules/prefer-bigint.ts';
import { rule as preferIdentity } from './rules/prefer-identity.ts';
import { rule as preferJsonb } from './rules/prefer-jsonb.ts';
import { rule as preferText } from './rules/prefer-text.ts';
import { rule as preferTimestamptz } from './rules/prefer-timestamptz.ts';
import { rule as primaryKeyMissing } from './rules/primary-key-missing.ts';
import { rule as primaryKeyNullable } from './rules/primary-key-nullable.ts';
import { rule as privacyTags } from './rules/privacy-tags.ts';
import { rule as recreateTable } from './rules/recreate-table.ts';
import { rule as refreshConcurrently } from './rules/refresh-concurrently.ts';
import { rule as reindexConcurrently } from './rules/reindex-concurrently.ts';
import { rule as rename } from './rules/rename.ts';
import { rule as renameEnumValue } from './rules/rename-enum-value.ts';
import { rule as rewriteTable } from './rules/rewrite-table.ts';
import { rule as robustStatement } from './rules/robust-statement.ts';
import { rule as routineDdl } from './rules/routine-ddl.ts';
import { rule as rowSecurityMissing } from './rules/row-security-missing.ts';
import { rule as rowSecurityOff } from './rules/row-security-off.ts';
import { rule as serverVersion } from './rules/server-version.ts';
import { rule as setNotNull } from './rules/set-not-null.ts';
import { rule as setNullOnNotNull } from './rules/set-null-on-not-null.ts';
import { rule as swallowedErrors } from './rules/swallowed-errors.ts';
import { rule as tableSchema } from './rules/table-schema.ts';
import { rule as triggerOff } from './rules/trigger-off.ts';
import { rule as truncate } from './rules/truncate.ts';
import { rule as unbatchedRows } from './rules/unbatched-rows.ts';
import { rule as uniqueUsingIndex } from './rules/unique-using-index.ts';
import { rule as updatedAtTrigger } from './rules/updated-at-trigger.ts';
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
  primaryKeyNullable,
  columnDefaultVolatile,
  columnGeneratedStored,
  columnDomain,
  columnSerial,
  columnRequired,
  columnType,
  combineAlterTable,
  vacuumFull,
  rewriteTable,
  reindexConcurrently,
  refreshConcurrently,
  attachPartitionCheck,
  detachConcurrently,
  workUnderLock,
  lockUpgrade,
  lockOrder,
  unbatchedRows,
  concurrentlyAlone,
  concurrentlyIfNotExists,
  concurrentlyTimeout,
  concurrentlyPartitioned,
  dropColumn,
  dropTable,
  dropSchema,
  dropCascade,
  dropNotNull,
  dropForeignKey,
  rename,
  renameEnumValue,
  truncate,
  downLosesData,
  recreateTable,
  serverVersion,
  rowSecurityOff,
  triggerOff,
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
  noEnum,
  tableSchema,
  robustStatement,
  duplicateAssignment,
  indexColumns,
  columnOrder,
  domainConstraint,
  domainWithConstraint,
  extensionUpgrade,
  swallowedErrors,
  dynamicSql,
  routineDdl,
  definerSearchPath,
  viewSecurityInvoker,
  foreignKeyIndex,
  onDeleteChosen,
  primaryKeyMissing,
  createdAtMissing,
  updatedAtTrigger,
  columnConventions,
  naming,
  commentMissing,
  rowSecurityMissing,
  personalData,
  privacyTags,
];

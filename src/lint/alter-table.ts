/** One command of ALTER TABLE as an Action. */
import type { Action } from './action.ts';
import { columnOf, constraintOf, isOnly, nameOf } from './definitions.ts';
import { type Node, record, text } from './tree.ts';

/** `relation`: the RangeVar of the table. */
export function alterAction(relation: unknown, cmd: Node): Action {
  const table = nameOf(relation);
  const column = text(cmd.name) ?? '';
  const definition = record(cmd.def);
  switch (cmd.subtype) {
    case 'AT_AddColumn':
      return {
        kind: 'add column',
        table,
        column: columnOf(record(definition.ColumnDef)),
        ifNotExists: cmd.missing_ok === true,
      };
    case 'AT_DropColumn':
      return { kind: 'drop column', table, column, ifExists: cmd.missing_ok === true };
    case 'AT_SetNotNull':
      return { kind: 'set not null', table, column };
    case 'AT_DropNotNull':
      return { kind: 'drop not null', table, column };
    case 'AT_ColumnDefault':
      return { kind: 'set default', table, column, default: cmd.def === undefined ? null : definition };
    case 'AT_AlterColumnType': {
      const to = record(definition.ColumnDef);
      const [using, collate] = [to.raw_default !== undefined, to.collClause !== undefined];
      return { kind: 'set type', table, column, to: columnOf(to), using, collate };
    }
    case 'AT_AddConstraint': {
      const constraint = constraintOf(record(definition.Constraint), []);
      return constraint
        ? { kind: 'add constraint', table, constraint, only: isOnly(relation) }
        : { kind: 'alter table', table, what: 'AT_AddConstraint', name: '' };
    }
    case 'AT_ValidateConstraint':
      return { kind: 'validate constraint', table, constraint: column };
    case 'AT_DropConstraint':
      return { kind: 'drop constraint', table, constraint: column, cascade: cmd.behavior === 'DROP_CASCADE' };
    case 'AT_EnableRowSecurity':
      return { kind: 'enable row security', table };
    case 'AT_DisableRowSecurity':
      return { kind: 'disable row security', table };
    case 'AT_ForceRowSecurity':
      return { kind: 'force row security', table };
    case 'AT_NoForceRowSecurity':
      return { kind: 'unforce row security', table };
    case 'AT_AttachPartition': {
      const { name, bound } = record(definition.PartitionCmd);
      return {
        kind: 'attach partition',
        table,
        partition: nameOf(name),
        isDefault: record(bound).is_default === true,
      };
    }
    case 'AT_DetachPartition': {
      const command = record(definition.PartitionCmd);
      return {
        kind: 'detach partition',
        table,
        partition: nameOf(command.name),
        concurrently: command.concurrent === true,
      };
    }
    default:
      return { kind: 'alter table', table, what: text(cmd.subtype) ?? '', name: column };
  }
}

/**
 * Statements that run one by one cannot be taken back, so a misspelt fourth statement must not be found after the third
 * has run: such scripts pass PostgreSQL's grammar first. Scripts in a transaction need no parser: the server finds the fault,
 * and nothing stays.
 */
import { ToolError } from '../base/errors.ts';
import type { Script } from '../base/plan.ts';
import { syntaxFault } from '../syntax/parse.ts';
import { locate } from './locate.ts';
import type { MigrationFile } from './model.ts';

/** Throws MIGRATION_INVALID for the first statement that is not well-formed. */
export async function refuseBadSyntax(file: MigrationFile, script: Script): Promise<void> {
  if (script.kind !== 'statements' || script.transactional || script.statements.length < 2) return;
  for (const statement of script.statements) {
    const fault = await syntaxFault(statement.sql);
    if (!fault) continue;
    const { place, frame } = locate(file, statement, [...statement.sql.slice(0, fault.offset)].length + 1);
    throw new ToolError('MIGRATION_INVALID', `${place.file}:${place.line}:${place.column}: ${fault.message}`, {
      detail: frame,
      hint: 'Nothing has run. The statements of this migration cannot be rolled back, so they are parsed beforehand.',
    });
  }
}

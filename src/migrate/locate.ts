/** Work in progress: signatures. */
import { ToolError } from '../base/errors.ts';
import type { Place } from '../base/finding.ts';
import type { Statement } from '../base/plan.ts';
import type { MigrationFile } from './model.ts';

export interface Located {
  readonly place: Place;
  /** Some lines around it, with numbers and a caret. */
  readonly frame: string;
}

/**
 * Where in the author's file a statement failed. `position`: PostgreSQL's own (1-based, in characters) or undefined.
 * `.sql` files and parts give the exact line and column; a builder call gives its line, and the frame shows the SQL.
 */
export function locate(_file: MigrationFile, _statement: Statement, _position?: number): Located {
  throw new ToolError('BUG', 'not built yet');
}

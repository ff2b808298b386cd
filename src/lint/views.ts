/** Views, materialized ones too, as Actions. */
import type { Action } from './action.ts';
import { nameOf } from './definitions.ts';
import { list, type Node, nodesOf, record, stringOf, text } from './tree.ts';

export const VIEW_READERS: Readonly<Record<string, (body: Node) => readonly Action[]>> = {
  ViewStmt: (body) => [
    {
      kind: 'create view',
      name: nameOf(body.view),
      securityInvoker: isInvoker(body.options),
      tables: nodesOf(body.query, 'RangeVar').map(nameOf),
      materialized: false,
    },
  ],
  RefreshMatViewStmt: (body) => [
    {
      kind: 'refresh',
      table: nameOf(body.relation),
      concurrently: body.concurrent === true,
      withData: body.skipData !== true,
    },
  ],
};

export function materializedView(body: Node): Action {
  return {
    kind: 'create view',
    name: nameOf(record(body.into).rel),
    securityInvoker: false,
    tables: nodesOf(body.query, 'RangeVar').map(nameOf),
    materialized: true,
  };
}

/** What else ALTER VIEW does, no rule asks about. */
export function viewSecurity(body: Node): readonly Action[] {
  const changes = list(body.cmds).flatMap(({ AlterTableCmd }): readonly Action[] => {
    const { subtype, def } = record(AlterTableCmd);
    const items = record(record(def).List).items;
    const named = options(items).some(([name]) => name === 'security_invoker');
    if (body.objtype !== 'OBJECT_VIEW' || !named) return [];
    return [
      {
        kind: 'view security',
        name: nameOf(body.relation),
        invoker: subtype === 'AT_SetRelOptions' && isInvoker(items),
      },
    ];
  });
  return changes.length > 0 ? changes : [{ kind: 'other', statement: 'AlterTableStmt' }];
}

function isInvoker(value: unknown): boolean {
  return options(value).some(([name, off]) => name === 'security_invoker' && !off);
}

/** Option names, and whether each is switched off. */
export function options(value: unknown): readonly (readonly [string, boolean])[] {
  return list(value).map(({ DefElem }) => {
    const { defname, arg } = record(DefElem);
    const word = stringOf(record(arg)) || String(record(record(arg).Boolean).boolval ?? '');
    return [text(defname) ?? '', /^(false|off|0|no)$/i.test(word)] as const;
  });
}

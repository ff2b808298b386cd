/**
 * Arguments of builder calls on operators, their classes and families, which node-pg-migrate 9.0 quotes as if everything in them were the
 * name of a table: `"<"` is no operator, `"integer"` no type, and ALTER … DROP takes no names at all. Without this, none of those
 * calls runs with an operator in it.
 */
import { asIs } from './builder.ts';

/** The same arguments with finished SQL in place of what would be quoted; other operations' as they are. */
export function repairedOperators(
  operation: string,
  args: readonly unknown[],
  direction: 'forward' | 'reverse',
): readonly unknown[] {
  switch (operation) {
    case 'createOperator':
    case 'dropOperator':
      return [args[0], operands(args[1]), ...args.slice(2)];
    case 'createOperatorClass':
      return [args[0], { type: typeName(args[1]) }, args[2], members(args[3], operatorName), ...args.slice(4)];
    case 'addToOperatorFamily':
      return [args[0], args[1], members(args[2], direction === 'forward' ? operatorName : nothing), ...args.slice(3)];
    case 'removeFromOperatorFamily':
      return [args[0], args[1], members(args[2], nothing), ...args.slice(3)];
    default:
      return args;
  }
}

type Member = { readonly type?: unknown; readonly name?: unknown };

function members(list: unknown, name: (member: Member) => unknown): unknown {
  if (!Array.isArray(list)) return list;
  return list.map((member: Member) => ({ ...member, name: name(member) }));
}

function nothing(): unknown {
  return asIs('');
}

/** A function's name is quoted rightly. */
function operatorName({ type, name }: Member): unknown {
  return typeof name === 'string' && String(type).toLowerCase() === 'operator' ? asIs(name) : name;
}

function operands(options: unknown): unknown {
  if (typeof options !== 'object' || options === null) return options;
  const sides = Object.entries(options).filter(([side]) => side === 'left' || side === 'right');
  return { ...options, ...Object.fromEntries(sides.map(([side, type]) => [side, typeName(type)])) };
}

/** As SQL writes it: `integer`, `double precision`, `text[]`. Only a name with capitals needs its quotes, and gets them. */
function typeName(type: unknown): unknown {
  return typeof type === 'string' && !/^\w*[A-Z]\w*$/.test(type) ? asIs(type) : type;
}

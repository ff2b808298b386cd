/**
 * Does a value keep what a generated type claims? The type's own text is the description: read with the TypeScript
 * compiler and walked beside the value, so that the check shares nothing with the generator.
 */
import ts from 'typescript';

/** Says what is wrong with a row that should be of the interface; empty when nothing is. */
export type Claims = (interfaceName: string, row: object) => string[];

export function claimsOf(text: string): Claims {
  const file = ts.createSourceFile('types.ts', text, ts.ScriptTarget.ES2022, true);
  const types = new Map<string, ts.TypeAliasDeclaration | ts.InterfaceDeclaration>();
  const tuples = new Map<string, readonly unknown[]>();
  for (const statement of file.statements) {
    if (ts.isTypeAliasDeclaration(statement) || ts.isInterfaceDeclaration(statement))
      types.set(statement.name.text, statement);
    if (ts.isVariableStatement(statement)) for (const d of statement.declarationList.declarations) readTuple(d, tuples);
  }
  const walker = new Walker(types, tuples);
  return (name, row) => {
    const declared = types.get(name);
    if (!declared || !ts.isInterfaceDeclaration(declared)) return [`no interface ${name}`];
    const members = new Map(
      declared.members.flatMap((m) => (ts.isPropertySignature(m) ? [[nameOf(m.name), m] as const] : [])),
    );
    const unknown = Object.keys(row)
      .filter((key) => !members.has(key))
      .map((key) => `${key}: not claimed`);
    const wrong = [...members].flatMap(([key, member]) => {
      const value = (row as Record<string, unknown>)[key];
      return member.type && walker.fits(member.type, value)
        ? []
        : [`${key}: ${show(value)} is no ${member.type?.getText()}`];
    });
    return [...unknown, ...wrong];
  };
}

function readTuple(declaration: ts.VariableDeclaration, tuples: Map<string, readonly unknown[]>): void {
  const { initializer } = declaration;
  if (!initializer || !ts.isAsExpression(initializer) || !ts.isArrayLiteralExpression(initializer.expression)) return;
  tuples.set(declaration.name.getText(), initializer.expression.elements.map(literalOf));
}

function literalOf(node: ts.Node): unknown {
  if (ts.isStringLiteral(node)) return node.text;
  if (ts.isNumericLiteral(node)) return Number(node.text);
  if (ts.isPrefixUnaryExpression(node)) return -Number(node.operand.getText());
  if (node.kind === ts.SyntaxKind.TrueKeyword) return true;
  if (node.kind === ts.SyntaxKind.FalseKeyword) return false;
  return null;
}

function nameOf(name: ts.PropertyName): string {
  return ts.isStringLiteral(name) || ts.isIdentifier(name) ? name.text : name.getText();
}

function show(value: unknown): string {
  return typeof value === 'bigint' ? `${value}n` : (JSON.stringify(value) ?? String(value));
}

type Declarations = ReadonlyMap<string, ts.TypeAliasDeclaration | ts.InterfaceDeclaration>;

class Walker {
  readonly #types: Declarations;
  readonly #tuples: ReadonlyMap<string, readonly unknown[]>;

  constructor(types: Declarations, tuples: ReadonlyMap<string, readonly unknown[]>) {
    this.#types = types;
    this.#tuples = tuples;
  }

  fits(type: ts.TypeNode, value: unknown): boolean {
    if (ts.isUnionTypeNode(type)) return type.types.some((one) => this.fits(one, value));
    if (ts.isIntersectionTypeNode(type)) return type.types.every((one) => isBrand(one) || this.fits(one, value));
    if (ts.isParenthesizedTypeNode(type) || ts.isTypeOperatorNode(type)) return this.fits(type.type, value);
    if (ts.isArrayTypeNode(type))
      return Array.isArray(value) && value.every((item) => this.fits(type.elementType, item));
    if (ts.isLiteralTypeNode(type)) return value === literalOf(type.literal);
    if (ts.isIndexedAccessTypeNode(type)) return this.#tuple(type).includes(value);
    if (ts.isTypeLiteralNode(type)) return isPlainObject(value) && this.#literal(type, value);
    if (ts.isTypeReferenceNode(type)) return this.#named(type.typeName.getText(), value);
    return this.#keyword(type.kind, value);
  }

  #tuple(type: ts.IndexedAccessTypeNode): readonly unknown[] {
    const name = /typeof (\w+)/.exec(type.objectType.getText())?.[1] ?? '';
    return this.#tuples.get(name) ?? [];
  }

  #literal(type: ts.TypeLiteralNode, value: object): boolean {
    const [first] = type.members;
    if (first === undefined || !ts.isIndexSignatureDeclaration(first))
      return type.members.every((member) => this.#member(member, value));
    return Object.values(value).every((item) => this.fits(first.type, item));
  }

  #named(name: string, value: unknown): boolean {
    if (name === 'Date') return value instanceof Date && !Number.isNaN(value.getTime());
    if (name === 'Buffer') return Buffer.isBuffer(value);
    const declared = this.#types.get(name);
    if (declared === undefined) throw new Error(`the generated text refers to ${name}, which it does not declare`);
    if (ts.isTypeAliasDeclaration(declared)) return this.fits(declared.type, value);
    return (
      typeof value === 'object' && value !== null && declared.members.every((member) => this.#member(member, value))
    );
  }

  #member(member: ts.TypeElement, value: object): boolean {
    const item = (value as Record<string, unknown>)[member.name ? nameOf(member.name) : ''];
    if (ts.isMethodSignature(member)) return typeof item === 'function';
    if (!ts.isPropertySignature(member) || !member.type) return false;
    return (member.questionToken !== undefined && item === undefined) || this.fits(member.type, item);
  }

  #keyword(kind: ts.SyntaxKind, value: unknown): boolean {
    switch (kind) {
      case ts.SyntaxKind.StringKeyword:
        return typeof value === 'string';
      case ts.SyntaxKind.NumberKeyword:
        return typeof value === 'number';
      case ts.SyntaxKind.BooleanKeyword:
        return typeof value === 'boolean';
      case ts.SyntaxKind.BigIntKeyword:
        return typeof value === 'bigint';
      case ts.SyntaxKind.UnknownKeyword:
        return true;
      case ts.SyntaxKind.NeverKeyword:
        return false;
      default:
        throw new Error(`the check does not know ${ts.SyntaxKind[kind]}`);
    }
  }
}

function isBrand(type: ts.TypeNode): boolean {
  return ts.isTypeReferenceNode(type) && type.typeName.getText() === 'Brand';
}

function isPlainObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

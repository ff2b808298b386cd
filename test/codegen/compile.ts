/** The real compiler, under its strictest settings, over files that exist in memory only. */
import { join } from 'node:path';
import ts from 'typescript';

const STRICTEST: ts.CompilerOptions = {
  strict: true,
  target: ts.ScriptTarget.ES2022,
  lib: ['lib.es2023.d.ts'],
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  types: ['node'],
  noEmit: true,
  skipLibCheck: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noPropertyAccessFromIndexSignature: true,
  noUnusedLocals: true,
  noImplicitOverride: true,
  isolatedModules: true,
  isolatedDeclarations: true,
  declaration: true,
  verbatimModuleSyntax: true,
  erasableSyntaxOnly: true,
  allowImportingTsExtensions: true,
};

/** Messages of the compiler for the files, which exist in memory only, inside this project. */
export function compile(files: Readonly<Record<string, string>>): string[] {
  const paths = new Map(Object.entries(files).map(([name, text]) => [join(process.cwd(), 'test/codegen', name), text]));
  const host = ts.createCompilerHost(STRICTEST);
  const { getSourceFile, fileExists, readFile } = host;
  host.fileExists = (path) => paths.has(path) || fileExists(path);
  host.readFile = (path) => paths.get(path) ?? readFile(path);
  host.getSourceFile = (path, ...rest) => {
    const text = paths.get(path);
    return text === undefined ? getSourceFile(path, ...rest) : ts.createSourceFile(path, text, ts.ScriptTarget.ES2022);
  };
  const program = ts.createProgram([...paths.keys()], STRICTEST, host);
  return ts.getPreEmitDiagnostics(program).map((d) => {
    const line = d.file && d.start !== undefined ? d.file.getLineAndCharacterOfPosition(d.start).line + 1 : 0;
    return `${d.file?.fileName.split('/').at(-1)}:${line} ${ts.flattenDiagnosticMessageText(d.messageText, '\n')}`;
  });
}

// Mutants of a module's own constants. A constant cannot be chosen at run time, so its other value is a second constant,
// and every use of the first one, in any file, becomes the choice.
import ts from 'typescript';
import type { Edit, Insertion, Mutant } from './mutant.ts';
import { isConstantName, squeeze, wrapOf } from './tree.ts';

/** One mutant up and one down per constant that is written as, or ends in, a number. */
export function constantMutants(sources: ReadonlyMap<string, ts.SourceFile>): Mutant[] {
  const mutants: Mutant[] = [];
  for (const [file, source] of sources) {
    for (const statement of source.statements) {
      if (!ts.isVariableStatement(statement) || (statement.declarationList.flags & ts.NodeFlags.Const) === 0) continue;
      for (const declaration of statement.declarationList.declarations) {
        mutants.push(...mutantsOf(file, source, statement, declaration, sources, mutants.length));
      }
    }
  }
  return mutants;
}

function mutantsOf(
  file: string,
  source: ts.SourceFile,
  statement: ts.VariableStatement,
  declaration: ts.VariableDeclaration,
  sources: ReadonlyMap<string, ts.SourceFile>,
  before: number,
): Mutant[] {
  const name = declaration.name.getText(source);
  const value = declaration.initializer;
  if (value === undefined || !isConstantName(name)) return [];
  const exported = statement.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) === true;
  const users = exported ? [...sources] : [[file, source] as const];
  const uses = users.flatMap(([user, tree]) => usesOf(name, user, tree, file));
  // A constant made of this one would have to change with it.
  if (uses.length === 0 || uses.some(({ node }) => isInConstant(node))) return [];
  const type = declaration.type === undefined ? '' : `: ${declaration.type.getText(source)}`;
  const text = value.getText(source);
  return [`(${text}) + 1`, `(${text}) - 1`].map((other, place) => {
    const copy = `${name}_OF_MUTANT_${before + place}`;
    const insertions: Insertion[] = [
      { file, at: statement.end, text: `\n${exported ? 'export ' : ''}const ${copy}${type} = ${other};` },
    ];
    for (const user of new Set(uses.map((use) => use.file))) {
      if (user !== file)
        insertions.push({ file: user, at: 0, text: `import { ${copy} } from './${file.slice(0, -3)}';\n` });
    }
    const shown = squeeze(`const ${name} = ${text}`);
    const changed = squeeze(`const ${name} = ${other}`);
    return {
      key: `${file} › ${shown} → ${changed}`,
      file,
      line: source.getLineAndCharacterOfPosition(declaration.getStart(source)).line + 1,
      operator: 'constant',
      before: shown,
      after: changed,
      edits: uses.map(({ file: user, node }) => editOf(user, sources.get(user)!, node, copy)),
      insertions,
    };
  });
}

function editOf(file: string, source: ts.SourceFile, node: ts.Node, text: string): Edit {
  const wrap = wrapOf(node);
  return {
    file,
    wrapFrom: wrap.node.getStart(source),
    wrapTo: wrap.node.end,
    statement: wrap.statement,
    from: node.getStart(source),
    to: node.end,
    text,
  };
}

interface Use {
  readonly file: string;
  readonly node: ts.Node;
}

/** Places of `user` that read the constant `name` of `owner`; imports under another name are not followed. */
function usesOf(name: string, user: string, source: ts.SourceFile, owner: string): Use[] {
  const nodes = mentionsOf(source).get(name) ?? [];
  if (nodes.length === 0) return [];
  const { names, namespaces } = importsOf(source, owner);
  const reads = (node: ts.Node): boolean =>
    ts.isPropertyAccessExpression(node)
      ? ts.isIdentifier(node.expression) && namespaces.has(node.expression.text)
      : user === owner || names.has(name);
  return nodes.filter(reads).map((node) => ({ file: user, node }));
}

/** What `source` imports from `owner`: names, and names of the whole module. */
function importsOf(source: ts.SourceFile, owner: string): { names: Set<string>; namespaces: Set<string> } {
  const [names, namespaces] = [new Set<string>(), new Set<string>()];
  for (const statement of source.statements) {
    if (!ts.isImportDeclaration(statement) || statement.importClause?.namedBindings === undefined) continue;
    const target = `${(statement.moduleSpecifier as ts.StringLiteral).text.replace(/^\.\//, '')}.ts`;
    if (target !== owner) continue;
    const bindings = statement.importClause.namedBindings;
    if (ts.isNamespaceImport(bindings)) namespaces.add(bindings.name.text);
    else for (const element of bindings.elements) names.add(element.name.text);
  }
  return { names, namespaces };
}

const mentions = new WeakMap<ts.SourceFile, Map<string, ts.Node[]>>();

/** By name, where a file mentions what is named like a constant, other than where it is declared or imported. */
function mentionsOf(source: ts.SourceFile): ReadonlyMap<string, readonly ts.Node[]> {
  const known = mentions.get(source);
  if (known !== undefined) return known;
  const byName = new Map<string, ts.Node[]>();
  const note = (name: string, node: ts.Node): void => {
    if (isConstantName(name)) byName.set(name, [...(byName.get(name) ?? []), node]);
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return;
    if (ts.isPropertyAccessExpression(node)) {
      note(node.name.text, node);
      if (!ts.isIdentifier(node.expression)) visit(node.expression);
      return;
    }
    const declares = ts.isIdentifier(node) && ts.isVariableDeclaration(node.parent) && node.parent.name === node;
    if (ts.isIdentifier(node) && !declares) note(node.text, node);
    ts.forEachChild(node, visit);
  };
  visit(source);
  mentions.set(source, byName);
  return byName;
}

/** True when the use lies in the value of a module-level declaration. */
function isInConstant(node: ts.Node): boolean {
  for (let at: ts.Node | undefined = node; at !== undefined; at = at.parent) {
    if (ts.isFunctionDeclaration(at)) return false;
  }
  return true;
}

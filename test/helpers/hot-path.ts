// Finds what allocates in files marked HOT PATH: everything outside constructors and throw statements, or only the
// functions the marker names.
import ts from 'typescript';

const MARKER = /HOT PATH: (.*)/;
/** Names that say that a function allocates; such a function is not for the hot path. */
const SAYS_IT_ALLOCATES = /^#?(create|snapshot|to[A-Z]|canonical|open$|close$)/;
const ARRAY_METHODS = /^(map|filter|slice|concat|forEach|reduce|entries|keys|values|flatMap|split|join)$/;
const FORBIDDEN_NAMES = new Set(['console', 'Date', 'performance', 'BigInt', 'JSON', 'Promise']);

function nameOf(node: ts.FunctionLikeDeclaration): string {
  return node.name?.getText() ?? '';
}

/** True for a function the marker covers: `a() to b()` names a stretch of the file, `a() and b()` each. */
function covered(marker: string, names: readonly string[], name: string): boolean {
  const listed = [...marker.matchAll(/(\w+)\(\)/g)].map((match) => match[1]!);
  if (listed.length === 0) return true;
  const stretch = /(\w+)\(\) to (\w+)\(\)/.exec(marker);
  if (stretch === null) return listed.includes(name);
  const [first, last, at] = [names.indexOf(stretch[1]!), names.indexOf(stretch[2]!), names.indexOf(name)];
  return at >= first && at <= last;
}

function allocates(node: ts.Node): string | undefined {
  if (ts.isNewExpression(node)) return 'new';
  if (ts.isArrowFunction(node) || ts.isFunctionExpression(node)) return 'closure';
  if (ts.isSpreadElement(node) || ts.isSpreadAssignment(node)) return 'spread';
  if (ts.isTemplateExpression(node)) return 'template string';
  if (ts.isObjectLiteralExpression(node)) return 'object literal';
  if (ts.isArrayLiteralExpression(node)) return 'array literal';
  if (ts.isArrayBindingPattern(node)) return 'array destructuring';
  if (ts.isAwaitExpression(node)) return 'await';
  if (ts.isForOfStatement(node)) return 'for…of';
  if (node.kind === ts.SyntaxKind.BigIntLiteral) return 'BigInt';
  if (ts.isIdentifier(node) && FORBIDDEN_NAMES.has(node.text) && !ts.isPropertyAccessExpression(node.parent))
    return node.text;
  if (ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.expression)) {
    if (FORBIDDEN_NAMES.has(node.expression.text)) return node.expression.text;
  }
  const isCall = ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression);
  if (isCall && ARRAY_METHODS.test((node.expression as ts.PropertyAccessExpression).name.text)) return 'array method';
  return undefined;
}

/** Offences of one file; empty when it bears no marker. A line with `// tidy-ok: reason` is exempt. */
export function hotPathOffences(file: string, text: string): string[] {
  const marker = MARKER.exec(text)?.[1];
  if (marker === undefined) return [];
  const lines = text.split('\n');
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const offences: string[] = [];
  const look = (node: ts.Node, name: string): void => {
    if (ts.isThrowStatement(node) || ts.isTypeNode(node)) return;
    const what = allocates(node);
    const { line } = source.getLineAndCharacterOfPosition(node.getStart(source));
    if (what !== undefined && !/\/\/ tidy-ok: \S/.test(lines[line]!)) {
      offences.push(`${file}:${line + 1}: ${what} in ${name}`);
      return;
    }
    ts.forEachChild(node, (child) => look(child, name));
  };
  for (const hot of markedFunctions(source, marker)) look(hot.body!, nameOf(hot));
  return offences;
}

/** The functions and methods of `source` that its marker covers, in their order. */
function markedFunctions(source: ts.SourceFile, marker: string): ts.FunctionLikeDeclaration[] {
  const functions: ts.FunctionLikeDeclaration[] = [];
  const collect = (node: ts.Node): void => {
    const isNamed = ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node) || ts.isGetAccessorDeclaration(node);
    if (isNamed && node.body !== undefined) functions.push(node);
    else ts.forEachChild(node, collect);
  };
  collect(source);
  const names = functions.map(nameOf);
  return functions.filter(
    (_, index) => covered(marker, names, names[index]!) && !SAYS_IT_ALLOCATES.test(names[index]!),
  );
}

/** Names of the functions that a file's marker covers; empty when it bears none. */
export function hotFunctions(file: string, text: string): string[] {
  const marker = MARKER.exec(text)?.[1];
  if (marker === undefined) return [];
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  return markedFunctions(source, marker).map(nameOf);
}

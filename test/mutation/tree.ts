// Questions about a syntax tree that all mutants ask: where can a choice between two texts stand, what is the place called.
import ts from 'typescript';

const CONTEXT_CHARS_MAX = 110;
const NAMESPACES = new Set(['v128', 'i8x16', 'i16x8', 'i32x4', 'i64x2', 'f32x4', 'f64x2', 'atomic', 'memory']);
const BUILTINS = new Set([...NAMESPACES, 'load', 'store']);

export function isConstantName(name: string): boolean {
  return /^[A-Z][A-Z0-9_]+$/.test(name);
}

export function squeeze(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

/** True for an expression the compiler knows the value of. */
function isConstant(node: ts.Node): boolean {
  if (ts.isNumericLiteral(node)) return true;
  if (ts.isIdentifier(node)) return isConstantName(node.text);
  if (ts.isPropertyAccessExpression(node)) return isConstantName(node.name.text);
  if (ts.isParenthesizedExpression(node)) return isConstant(node.expression);
  if (ts.isTypeAssertionExpression(node)) return isConstant(node.expression);
  if (ts.isPrefixUnaryExpression(node)) return isConstant(node.operand);
  return ts.isBinaryExpression(node) && isConstant(node.left) && isConstant(node.right);
}

/** True for a call whose constant arguments may be immediates of an instruction: they cannot depend on anything. */
export function isBuiltin(node: ts.Node): boolean {
  if (!ts.isCallExpression(node)) return false;
  const callee = node.expression;
  if (ts.isIdentifier(callee)) return BUILTINS.has(callee.text);
  return (
    ts.isPropertyAccessExpression(callee) &&
    ts.isIdentifier(callee.expression) &&
    NAMESPACES.has(callee.expression.text)
  );
}

/** The smallest node around `site` that may become a choice at run time: an expression, or a whole statement. */
export function wrapOf(site: ts.Node): { readonly node: ts.Node; readonly statement: boolean } {
  let node = site;
  for (let at: ts.Node = site; isConstant(at) && at.parent !== undefined; at = at.parent) {
    if (isBuiltin(at.parent)) {
      node = at.parent;
      break;
    }
  }
  // A sign belongs to its literal.
  if (ts.isNumericLiteral(node) && ts.isPrefixUnaryExpression(node.parent)) node = node.parent;
  if (ts.isExpressionStatement(node.parent)) node = node.parent;
  return { node, statement: ts.isStatement(node) };
}

/** Name of the function around a node. */
export function functionOf(node: ts.Node): string {
  for (let at: ts.Node | undefined = node; at !== undefined; at = at.parent) {
    if (ts.isFunctionDeclaration(at)) return at.name?.text ?? '';
  }
  return '';
}

/** The largest expression or one-line statement around a node that is short enough to print. */
export function contextOf(node: ts.Node, source: ts.SourceFile): ts.Node {
  let context = node;
  for (let at: ts.Node | undefined = node; at !== undefined && !ts.isBlock(at); at = at.parent) {
    if (ts.isFunctionDeclaration(at) || ts.isSourceFile(at)) break;
    if (squeeze(at.getText(source)).length > CONTEXT_CHARS_MAX) break;
    context = at;
  }
  return context;
}

// Finds every place of the sources that can be mutated, by syntax tree, and what it can be mutated to.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { constantMutants } from './constants.ts';
import type { Edit, Mutant, Operator } from './mutant.ts';
import { layoutNeighbours, layoutZeros } from './neighbours.ts';
import type { Project } from './project.ts';
import { contextOf, functionOf, isBuiltin, isConstantName, squeeze, wrapOf } from './tree.ts';

/** Name under which a mutated copy imports the whole layout. */
export const LAYOUT_ALIAS = 'layoutOfMutants';

const BOUNDS: Readonly<Record<string, string>> = { '<': '<=', '<=': '<', '>': '>=', '>=': '>' };
const OPPOSITES: Readonly<Record<string, string>> = {
  '===': '!==',
  '!==': '===',
  '<': '>=',
  '<=': '>',
  '>': '<=',
  '>=': '<',
};
const ARITHMETIC: Readonly<Record<string, string>> = {
  '+': '-',
  '-': '+',
  '*': '+',
  '/': '*',
  '%': '*',
  '+=': '-=',
  '-=': '+=',
};
const BITS: Readonly<Record<string, string>> = {
  '&': '|',
  '|': '&',
  '^': '|',
  '<<': '>>',
  '>>': '<<',
  '|=': '=',
  '&=': '|=',
  '<<=': '>>=',
  '>>=': '<<=',
};
const LOGIC: Readonly<Record<string, string>> = { '&&': '||', '||': '&&' };
/** Operators whose operands cannot change places without a change of meaning. */
const ORDERED = new Set(['-', '/', '%', '<', '<=', '>', '>=']);

interface Layout {
  readonly neighbours: ReadonlyMap<string, string>;
  readonly zeros: ReadonlySet<string>;
}

interface Found {
  readonly operator: Operator;
  readonly from: number;
  readonly to: number;
  readonly text: string;
  /** The node the change belongs to. */
  readonly node: ts.Node;
}

/** All mutants of the project's files, in the order of the sources. */
export function allMutants(project: Project): Mutant[] {
  const sources = new Map<string, ts.SourceFile>();
  for (const file of project.files) {
    const text = readFileSync(join(project.root, project.sources, file), 'utf8');
    sources.set(file, ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true));
  }
  const text = readFileSync(join(project.root, project.sources, project.layout), 'utf8');
  const layout: Layout = { neighbours: layoutNeighbours(text), zeros: layoutZeros(text) };
  const mutants: Mutant[] = [];
  for (const [file, source] of sources) {
    for (const found of sitesOf(source, layout)) mutants.push(mutantOf(file, source, found));
  }
  mutants.push(...constantMutants(sources));
  return withUniqueKeys(mutants);
}

function withUniqueKeys(mutants: readonly Mutant[]): Mutant[] {
  const seen = new Map<string, number>();
  return mutants.map((mutant) => {
    const times = (seen.get(mutant.key) ?? 0) + 1;
    seen.set(mutant.key, times);
    return times === 1 ? mutant : { ...mutant, key: `${mutant.key} #${times}` };
  });
}

function mutantOf(file: string, source: ts.SourceFile, found: Found): Mutant {
  const wrap = wrapOf(found.node);
  const edit: Edit = {
    file,
    wrapFrom: wrap.node.getStart(source),
    wrapTo: wrap.node.end,
    statement: wrap.statement,
    from: found.from,
    to: found.to,
    text: found.text,
  };
  const context = contextOf(found.node, source);
  const start = context.getStart(source);
  const whole = source.text;
  const before = squeeze(whole.slice(start, context.end));
  const mutated = whole.slice(start, found.from) + found.text + whole.slice(found.to, context.end);
  const after = squeeze(mutated).replaceAll(`${LAYOUT_ALIAS}.`, '') || '(nothing)';
  return {
    key: `${file} › ${functionOf(found.node)} › ${before} → ${after}`,
    file,
    line: source.getLineAndCharacterOfPosition(found.from).line + 1,
    operator: found.operator,
    before,
    after,
    edits: [edit],
    insertions: [],
  };
}

/** Every change of the function bodies of a file. */
function sitesOf(source: ts.SourceFile, layout: Layout): Found[] {
  const found: Found[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isTypeNode(node)) return;
    if (ts.isBinaryExpression(node)) binary(node, source, layout, found);
    else if (ts.isNumericLiteral(node)) literal(node, source, found);
    else if (ts.isPrefixUnaryExpression(node)) prefix(node, source, found);
    else if (ts.isConditionalExpression(node)) conditional(node, source, found);
    else if (ts.isCallExpression(node)) call(node, source, found);
    else if (ts.isIfStatement(node)) condition(node.expression, source, found);
    else if (ts.isExpressionStatement(node) || isBareJump(node)) add(found, 'removal', node, source, '');
    else if (node.kind === ts.SyntaxKind.TrueKeyword) add(found, 'logic', node, source, 'false');
    else if (node.kind === ts.SyntaxKind.FalseKeyword) add(found, 'logic', node, source, 'true');
    else constant(node, source, layout.neighbours, found);
    ts.forEachChild(node, visit);
  };
  for (const statement of source.statements) if (ts.isFunctionDeclaration(statement)) visit(statement);
  return found;
}

function add(found: Found[], operator: Operator, node: ts.Node, source: ts.SourceFile, text: string): void {
  found.push({ operator, from: node.getStart(source), to: node.end, text, node });
}

/** `return;` and `continue;`: a guard that no longer leaves. */
function isBareJump(node: ts.Node): boolean {
  return (ts.isReturnStatement(node) && node.expression === undefined) || ts.isContinueStatement(node);
}

function binary(node: ts.BinaryExpression, source: ts.SourceFile, layout: Layout, found: Found[]): void {
  const sign = node.operatorToken.getText(source);
  const [left, right] = [node.left.getText(source), node.right.getText(source)];
  for (const [operator, table] of [
    ['bound', BOUNDS],
    ['comparison', OPPOSITES],
    ['arithmetic', ARITHMETIC],
    ['bits', BITS],
    ['logic', LOGIC],
  ] as const) {
    const other = table[sign];
    if (other === undefined || (operator === 'arithmetic' && /^[+-]$/.test(sign) && isZero(node.right, layout)))
      continue;
    const token = node.operatorToken;
    found.push({ operator, from: token.getStart(source), to: token.end, text: other, node });
  }
  if (ORDERED.has(sign) && left !== right) add(found, 'swap', node, source, `(${right}) ${sign} (${left})`);
}

function isZero(node: ts.Expression, { zeros }: Layout): boolean {
  const name = ts.isPropertyAccessExpression(node) ? node.name.text : node.getText();
  return name === '0' || zeros.has(name);
}

function literal(node: ts.NumericLiteral, source: ts.SourceFile, found: Found[]): void {
  const negated = ts.isPrefixUnaryExpression(node.parent) && node.parent.operator === ts.SyntaxKind.MinusToken;
  const place = negated ? node.parent : node;
  const text = node.getText(source).replaceAll('_', '');
  if (!/^(0x[0-9a-f]+|\d+)$/i.test(text)) return;
  const value = BigInt(text) * (negated ? -1n : 1n);
  const write = (other: bigint): string => (/^0x/i.test(text) ? `0x${other.toString(16)}` : other.toString());
  add(found, 'literal', place, source, write(value + 1n));
  if (value !== 0n) add(found, 'literal', place, source, write(value - 1n));
}

function prefix(node: ts.PrefixUnaryExpression, source: ts.SourceFile, found: Found[]): void {
  const operand = node.operand.getText(source);
  if (node.operator === ts.SyntaxKind.ExclamationToken) add(found, 'logic', node, source, `!(!(${operand}))`);
  else if (node.operator === ts.SyntaxKind.TildeToken) add(found, 'bits', node, source, `(${operand})`);
  else if (node.operator === ts.SyntaxKind.MinusToken && !ts.isNumericLiteral(node.operand))
    add(found, 'arithmetic', node, source, `(${operand})`);
}

function conditional(node: ts.ConditionalExpression, source: ts.SourceFile, found: Found[]): void {
  condition(node.condition, source, found);
  const [yes, no] = [node.whenTrue.getText(source), node.whenFalse.getText(source)];
  add(found, 'swap', node, source, `(${node.condition.getText(source)}) ? (${no}) : (${yes})`);
}

function condition(node: ts.Expression, source: ts.SourceFile, found: Found[]): void {
  add(found, 'condition', node, source, 'true');
  add(found, 'condition', node, source, 'false');
}

/** Neighbouring arguments of a function exchanged. Where the types forbid it the compiler says so. */
function call(node: ts.CallExpression, source: ts.SourceFile, found: Found[]): void {
  if (isBuiltin(node)) return;
  for (let place = 0; place + 1 < node.arguments.length; place += 1) {
    const [one, other] = [node.arguments[place]!, node.arguments[place + 1]!];
    const [first, second] = [one.getText(source), other.getText(source)];
    if (first === second || !isSimple(one) || !isSimple(other)) continue;
    const from = one.getStart(source);
    found.push({ operator: 'swap', from, to: other.end, text: `${second}, ${first}`, node });
  }
}

function isSimple(node: ts.Expression): boolean {
  return ts.isIdentifier(node) || (ts.isTypeAssertionExpression(node) && ts.isIdentifier(node.expression));
}

/** A layout constant: its neighbour in the layout. */
function constant(node: ts.Node, source: ts.SourceFile, neighbours: ReadonlyMap<string, string>, found: Found[]): void {
  const name = ts.isPropertyAccessExpression(node) ? node.name.text : ts.isIdentifier(node) ? node.text : undefined;
  if (name === undefined || !isConstantName(name)) return;
  if (ts.isIdentifier(node) && ts.isPropertyAccessExpression(node.parent)) return;
  const other = neighbours.get(name);
  if (other !== undefined) add(found, 'constant', node, source, `${LAYOUT_ALIAS}.${other}`);
}

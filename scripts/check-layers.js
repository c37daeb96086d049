// Checks the import table of docs/architecture.md against every file in src/. Run as `npm run layers`.
// The table there is the only copy: to change what a folder may import, change the document.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { findImportCycles } from './import-cycles.js';

const TABLE_HEADING = '## Import table';
/** Files that something other than an import starts. */
const ENTRY_FILES = new Set(['index.ts', 'cli/main.ts', 'pool/worker.ts', 'kernels/index.ts']);
/** Only `cli` may touch these. */
const CLI_ONLY_GLOBALS = new Set(['process', 'console']);
const ENCODE_SIDE = new Set(['encode', 'encoder', 'compress', 'split']);
const DECODE_SIDE = new Set(['decode', 'decoder', 'decompress', 'merge']);

/** @typedef {{ name: string, onlyIn: string | undefined }} Allowance what may be imported, and by which file alone */
/** @typedef {{ imports: Allowance[], types: Allowance[], packages: Allowance[] }} Layer */
/** @typedef {{ target: string, typeOnly: boolean, line: number }} Import */

/** The rules of the first table under the heading, by folder. A cell lists `name` or `name` in `file`.
 * @param {string} document
 * @returns {Map<string, Layer>} */
export function readLayerTable(document) {
  const section = document.split(TABLE_HEADING)[1] ?? '';
  const rows =
    section
      .split(/\n## /)[0]
      ?.split('\n')
      .filter((line) => line.startsWith('| `')) ?? [];
  if (rows.length === 0) throw new Error(`no table under "${TABLE_HEADING}"`);
  return new Map(
    rows.map((row) => {
      const [folder, imports, types, packages] = row.split('|').slice(1, -1).map(readCell);
      return [
        folder?.[0]?.name ?? '',
        { imports: imports ?? [], types: types ?? [], packages: packages ?? [] },
      ];
    }),
  );
}

/** @param {string} cell */
function readCell(cell) {
  return [...cell.matchAll(/`([^`]+)`(?: in `([^`]+)`)?/g)].map(([, name = '', onlyIn]) => ({
    name,
    onlyIn,
  }));
}

/** Every breach of the table in `sourceRoot`, one line each, sorted by file.
 * @param {string} sourceRoot
 * @param {Map<string, Layer>} table
 * @returns {string[]} */
export function findViolations(sourceRoot, table) {
  const files = readdirSync(sourceRoot, { recursive: true, encoding: 'utf8' })
    .map((file) => file.split(path.sep).join('/'))
    .filter((file) => file.endsWith('.ts'))
    .sort();
  /** @type {Map<string, string[]>} */
  const importsByFile = new Map();
  const violations = files.flatMap((file) => {
    const source = ts.createSourceFile(
      file,
      readFileSync(path.join(sourceRoot, file), 'utf8'),
      ts.ScriptTarget.Latest,
    );
    const found = importsOf(source);
    importsByFile.set(
      file,
      found.map(({ target }) => resolveInside(file, target)),
    );
    return [
      ...found.flatMap((each) => explainImport(sourceRoot, table, file, each)),
      ...(folderOf(file) === 'cli' || folderOf(file) === 'kernels' ? [] : globalsIn(file, source)),
    ];
  });
  const imported = new Set([...importsByFile.values()].flat());
  const isUsed = (/** @type {string} */ file) =>
    imported.has(file) || ENTRY_FILES.has(file) || file.endsWith('.d.ts');
  const orphans = files.filter((file) => !isUsed(file));
  return [
    ...violations,
    ...orphans.map((file) => `${file}: nobody imports it`),
    ...findImportCycles(importsByFile).map(
      ([first, ...others]) => `${first}: a cycle of imports: ${[first, ...others, first].join(' → ')}`,
    ),
    ...findImportCycles(folderImports(importsByFile)).map(
      ([first, ...others]) => `${first}: a cycle of folders: ${[first, ...others, first].join(' → ')}`,
    ),
  ];
}

/** The same between the folders right in src/.
 * @param {ReadonlyMap<string, readonly string[]>} importsByFile
 * @returns {Map<string, string[]>} */
function folderImports(importsByFile) {
  /** @type {Map<string, string[]>} */
  const byFolder = new Map();
  for (const [file, targets] of importsByFile) {
    const others = targets.map(folderOf).filter((folder) => folder !== folderOf(file));
    byFolder.set(folderOf(file), [...(byFolder.get(folderOf(file)) ?? []), ...others]);
  }
  return byFolder;
}

/** @param {ts.SourceFile} source
 * @returns {Import[]} */
function importsOf(source) {
  /** @type {Import[]} */
  const found = [];
  /** @param {ts.Node} node */
  const visit = (node) => {
    const target = targetOf(node);
    if (target !== undefined) found.push({ target, typeOnly: isTypeOnly(node), line: lineOf(source, node) });
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** What `node` imports: a declaration, `import()`, `import('x').T`, or `new URL('./x.js', import.meta.url)`.
 * @param {ts.Node} node
 * @returns {string | undefined} */
function targetOf(node) {
  const text = (/** @type {ts.Node | undefined} */ literal) =>
    literal !== undefined && ts.isStringLiteralLike(literal) ? literal.text : undefined;
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return text(node.moduleSpecifier);
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) return text(node.argument.literal);
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
    return text(node.arguments[0]);
  if (ts.isNewExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === 'URL') {
    const target = text(node.arguments?.[0]);
    return target?.endsWith('.js') ? target : undefined;
  }
  return undefined;
}

/** @param {ts.Node} node */
function isTypeOnly(node) {
  if (ts.isImportTypeNode(node)) return true;
  if (ts.isExportDeclaration(node)) return node.isTypeOnly;
  if (!ts.isImportDeclaration(node)) return false;
  const clause = node.importClause;
  if (clause?.phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  const bindings = clause?.namedBindings;
  if (clause?.name !== undefined || bindings === undefined || !ts.isNamedImports(bindings)) return false;
  return bindings.elements.length > 0 && bindings.elements.every((element) => element.isTypeOnly);
}

/** @param {string} sourceRoot @param {Map<string, Layer>} table @param {string} file @param {Import} found
 * @returns {string[]} */
function explainImport(sourceRoot, table, file, { target, typeOnly, line }) {
  const folder = folderOf(file);
  const layer = table.get(folder);
  const place = `${file}:${line}`;
  if (layer === undefined) return [`${place}: folder "${folder}" is not in the import table`];
  const isAllowed = (/** @type {Allowance[]} */ list, /** @type {string[]} */ names) =>
    list.some(
      ({ name, onlyIn }) => names.includes(name) && (onlyIn === undefined || file === `${folder}/${onlyIn}`),
    );
  if (!target.startsWith('.')) {
    const name = packageNameOf(target);
    const isFine = isAllowed(layer.packages, [name]) || (typeOnly && isAllowed(layer.types, [name]));
    return isFine ? [] : [`${place}: ${folder} may not import ${name}`];
  }
  const resolved = resolveInside(file, target);
  if (!existsSync(path.join(sourceRoot, resolved))) return [`${place}: ${target} is no source file`];
  if (areOpposed(file, resolved))
    return [`${place}: encode and decode sides may not import each other (${resolved})`];
  if (folderOf(resolved) === folder || resolved === 'errors.ts') return [];
  const names = [folderOf(resolved), resolved.replace(/\.ts$/, '')];
  if (isAllowed(layer.imports, names) || (typeOnly && isAllowed(layer.types, names))) return [];
  return [`${place}: ${folder} may not import ${typeOnly ? 'types of ' : ''}${resolved}`];
}

/** @param {string} file @param {ts.SourceFile} source
 * @returns {string[]} */
function globalsIn(file, source) {
  /** @type {string[]} */
  const found = [];
  /** @param {ts.Node} node @param {ts.Node} parent */
  const visit = (node, parent) => {
    const isUse = ts.isIdentifier(node) && CLI_ONLY_GLOBALS.has(node.text) && !isMemberName(node, parent);
    if (isUse) found.push(`${file}:${lineOf(source, node)}: only cli may touch ${node.text}`);
    ts.forEachChild(node, (child) => visit(child, node));
  };
  visit(source, source);
  return found;
}

// `x.process` and `{ process: 1 }` are names of members; `globalThis.process` is the global after all.
/** @param {ts.Identifier} node @param {ts.Node} parent */
function isMemberName(node, parent) {
  if (ts.isPropertyAccessExpression(parent) && parent.name === node) {
    return !(ts.isIdentifier(parent.expression) && parent.expression.text === 'globalThis');
  }
  return 'name' in parent && parent.name === node && !ts.isShorthandPropertyAssignment(parent);
}

/** Whether one file belongs to the encode side and the other to the decode side, by their names and those of their rooms.
 * @param {string} left @param {string} right */
function areOpposed(left, right) {
  const isOn = (/** @type {string} */ file, /** @type {Set<string>} */ side) =>
    file
      .replace(/\.ts$/, '')
      .split(/[/-]/)
      .some((word) => side.has(word));
  const crosses = (/** @type {string} */ one, /** @type {string} */ other) =>
    isOn(one, ENCODE_SIDE) &&
    !isOn(one, DECODE_SIDE) &&
    isOn(other, DECODE_SIDE) &&
    !isOn(other, ENCODE_SIDE);
  return crosses(left, right) || crosses(right, left);
}

/** @param {string} file */
const folderOf = (file) => (file.includes('/') ? (file.split('/')[0] ?? '') : file);

/** `./x.js` of TypeScript, `./x` of AssemblyScript and `../../dist/pool/worker.cjs`, as a path under src/.
 * @param {string} file @param {string} target */
const resolveInside = (file, target) =>
  `${path.posix
    .join(path.posix.dirname(file), target)
    .replace(/^\.\.\/dist\//, '')
    .replace(/\.(c?js|ts)$/, '')}.ts`;

/** @param {string} target */
function packageNameOf(target) {
  if (target.startsWith('node:')) return target;
  return target.split('/', target.startsWith('@') ? 2 : 1).join('/');
}

/** @param {ts.SourceFile} source @param {ts.Node} node */
const lineOf = (source, node) => source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1;

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
  const table = readLayerTable(readFileSync(path.join(root, 'docs', 'architecture.md'), 'utf8'));
  const violations = findViolations(path.join(root, 'src'), table);
  for (const violation of violations) console.error(`layers: src/${violation}`);
  process.exitCode = violations.length === 0 ? 0 : 1;
}

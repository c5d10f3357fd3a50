// Writes what each package offers to `packages/*/api-report.api.md`: every exported name with its types and without its comments, so that a change of
// the public surface is a change of a file. `npm run api` writes them, and a test compares.
import { writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { entries } from './entries.mjs'
import { root } from './steps.mjs'

/** The file of a package's report. */
export const reportFile = name => `packages/${name}/api-report.api.md`

/** The report of each package, by the folder's name. */
export function apiReports(checker = declarations()) {
  const owners = ownersIn(checker)
  const within = new Set()
  const reports = new Map()
  for (const { name, package: folder, types } of entries()) {
    // The first entry of a package has its name.
    if (!reports.has(folder)) reports.set(folder, [`# API of ${name}\n\n\`npm run api\` writes this file.\n`])
    reports.get(folder).push(entryReport(checker, { name, folder, types }, owners, within))
  }
  return new Map([...reports].map(([folder, parts]) => [folder, parts.join('\n')]))
}

/** Whose each exported name of ours is: that of the first entry that exports it. */
function ownersIn(checker) {
  const owners = new Map()
  for (const { name, types } of entries())
    for (const { symbol } of checker.exportsOf(types)) if (checker.isOurs(symbol) && !owners.has(symbol)) owners.set(symbol, name)
  return owners
}

/** A type checker over the declarations that the build has made. */
function declarations() {
  const program = ts.createProgram(
    entries().map(({ types }) => join(root, types)),
    {
      target: ts.ScriptTarget.ES2023,
      lib: ['lib.es2023.d.ts', 'lib.dom.d.ts'],
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      types: [],
      skipLibCheck: true,
      noEmit: true,
    },
  )
  const ours = name => name.startsWith(join(root, 'packages/')) && !name.includes('/node_modules/')
  const checker = program.getTypeChecker()
  const resolved = symbol => (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol)
  const exportsOf = module =>
    checker
      .getExportsOfModule(module)
      .map(symbol => ({ name: symbol.name, symbol: resolved(symbol) }))
      .sort((a, b) => (a.name < b.name ? -1 : 1))
  return {
    symbolAt: node => {
      const symbol = checker.getSymbolAtLocation(node)
      return symbol && resolved(symbol)
    },
    exportsOf: at => exportsOf(typeof at === 'string' ? checker.getSymbolAtLocation(program.getSourceFile(join(root, at))) : at),
    isOurs: symbol => symbol.declarations?.some(each => ours(each.getSourceFile().fileName)) ?? false,
    packageOf: symbol => relative(join(root, 'packages'), symbol.declarations[0].getSourceFile().fileName).split('/')[0],
  }
}

/**
 * One entry: what it takes from others in one line each, then its own names, then what those are made of and is not exported.
 *
 * @param seen what was told so far of what is not exported
 */
function entryReport(checker, { name, folder, types }, owners, seen) {
  const taken = new Map()
  const own = []
  const external = new Set()
  for (const { name: exported, symbol } of checker.exportsOf(types)) {
    const from = owners.get(symbol)
    if (from === name) own.push({ exported, symbol })
    else if (from) taken.set(from, [...(taken.get(from) ?? []), exported])
    else external.add(symbol.declarations[0].getSourceFile().fileName.match(/.*node_modules\/((?:@[^/]+\/)?[^/]+)/)[1])
  }
  const told = new Set(own.map(({ symbol }) => symbol))
  const used = []
  const text = own.map(({ exported, symbol }) => shownAs(checker, exported, symbol, '', told, used))
  const within = []
  // What is found while this is shown comes behind it.
  for (const symbol of used) {
    if (owners.has(symbol) || seen.has(symbol) || checker.packageOf(symbol) !== folder) continue
    seen.add(symbol)
    within.push(shownAs(checker, symbol.name, symbol, '', told, used))
  }
  const lines = [
    ...[...taken].map(([from, names]) => `export {\n${names.map(each => `  ${each},\n`).join('')}} from '${from}'`),
    ...[...external].sort().map(from => `export * from '${from}'`),
    ...text,
  ]
  const code = lines => `\`\`\`ts\n${lines.join('\n')}\n\`\`\`\n`
  const rest = within.length > 0 ? `\nNot exported, and seen through what is:\n\n${code(within.sort())}` : ''
  const count = `${own.length} ${own.length === 1 ? 'name' : 'names'} of its own`
  return `## ${name}\n\n${count}${taken.size > 0 ? `, ${[...taken.values()].flat().length} of others` : ''}.\n${lines.length > 0 ? `\n${code(lines)}` : ''}${rest}`
}

/** The declarations of a name, without comments and private members; notes what they name that was not told yet. */
function shownAs(checker, name, symbol, indent, told, used) {
  const isNamespace = symbol.flags & ts.SymbolFlags.ValueModule && !(symbol.flags & ts.SymbolFlags.Function)
  if (isNamespace) {
    const inner = checker.exportsOf(symbol).map(each => {
      told.add(each.symbol)
      return shownAs(checker, each.name, each.symbol, `${indent}  `, told, used)
    })
    return `${indent}export declare namespace ${name} {\n${inner.join('\n')}\n${indent}}`
  }
  const printer = ts.createPrinter({ removeComments: true })
  const statements = new Set(symbol.declarations.map(statementOf))
  const texts = [...statements].map(statement => {
    note(statement, checker, told, used)
    const shown = withoutPrivate(ts.isVariableStatement(statement) ? only(statement, symbol) : statement)
    return printer.printNode(ts.EmitHint.Unspecified, shown, statement.getSourceFile())
  })
  const aliased = symbol.name !== name && symbol.name !== 'default' ? [`export { ${symbol.name} as ${name} }`] : []
  return (
    [...texts, ...aliased]
      .join('\n')
      .replaceAll(/^ {4}|(?<=^(?: {4})*) {4}/gm, '  ')
      // Compilers differ in how they quote.
      .replaceAll(/(?<!import\()"([^'"\n]*)"/g, "'$1'")
      .replaceAll(/^/gm, indent)
  )
}

const statementOf = declaration => (ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration)

/** A variable alone, of a statement that may declare others. */
function only(statement, symbol) {
  const list = statement.declarationList
  const named = list.declarations.filter(each => each.name.getText() === symbol.name)
  return ts.factory.updateVariableStatement(statement, statement.modifiers, ts.factory.updateVariableDeclarationList(list, named))
}

function withoutPrivate(statement) {
  if (!ts.isClassDeclaration(statement)) return statement
  const seen = member =>
    !(member.name && ts.isPrivateIdentifier(member.name)) && !(ts.getCombinedModifierFlags(member) & ts.ModifierFlags.Private)
  const { modifiers, name, typeParameters, heritageClauses, members } = statement
  return ts.factory.updateClassDeclaration(statement, modifiers, name, typeParameters, heritageClauses, members.filter(seen))
}

function note(node, checker, told, used) {
  if (ts.isIdentifier(node)) {
    const symbol = checker.symbolAt(node)
    const top = symbol?.declarations?.some(each => ts.isStatement(statementOf(each)) && ts.isSourceFile(statementOf(each).parent))
    if (top && !told.has(symbol) && checker.isOurs(symbol)) {
      told.add(symbol)
      used.push(symbol)
    }
  }
  ts.forEachChild(node, child => note(child, checker, told, used))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const checker = declarations()
  for (const [name, text] of apiReports(checker)) {
    writeFileSync(join(root, reportFile(name)), text)
    console.log(reportFile(name))
  }
  const owned = [...ownersIn(checker).values()]
  for (const { name } of entries()) console.log(`${String(owned.filter(each => each === name).length).padStart(5)} ${name}`)
}

import { join, relative } from 'node:path'
import ts from 'typescript'
import { checker, known as entries, program } from './compile-snippets.js'
import { root } from './run-program.js'

/** What is missing of a public name. */
export interface Missing {
  name: string
  entry: string
  where: string
  what: 'docstring' | 'example'
}

/** Its names are for the house but those that `onecycle` takes from it, so that they need no example. */
const house = '@onecycle/platform'

/**
 * Public names without a docstring or an example. A function, a class or a constant has an example of its own; a type has one too, or it is named
 * by something public whose example shows it: a function that takes it, a class with a member of it, or another type of which that is true.
 */
export function undocumented(): { names: number; missing: Missing[] } {
  const resolved = (symbol: ts.Symbol) => (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol)
  const found = new Map<ts.Symbol, { name: string; entry: string; isValue: boolean }>()

  const collect = (module: ts.Symbol, entry: string, prefix: string) => {
    for (const exported of checker.getExportsOfModule(module)) {
      const symbol = resolved(exported)
      if (found.has(symbol) || isForeign(symbol)) continue
      const isNamespace = symbol.flags & ts.SymbolFlags.ValueModule && !(symbol.flags & ts.SymbolFlags.Function)
      if (isNamespace) collect(symbol, entry, `${exported.name}.`)
      else {
        const isValue = Boolean(symbol.flags & ts.SymbolFlags.Value) && !isTypeOnly(exported)
        found.set(symbol, { name: prefix + exported.name, entry, isValue })
      }
    }
  }
  for (const { name, file } of entries) collect(checker.getSymbolAtLocation(program.getSourceFile(join(root, file))!)!, name, '')
  const umbrella = checker.getSymbolAtLocation(program.getSourceFile(join(root, 'packages/onecycle/src/index.ts'))!)!
  const ofUmbrella = new Set(checker.getExportsOfModule(umbrella).map(resolved))

  const hasExample = (symbol: ts.Symbol) =>
    nodesOf(symbol).some(node =>
      withMembers(node).some(each => ts.getJSDocTags(each).some(({ tagName }) => tagName.text === 'example')),
    )
  const ownExample = (symbol: ts.Symbol) =>
    nodesOf(symbol).some(node => ts.getJSDocTags(node).some(({ tagName }) => tagName.text === 'example'))

  // From what has an example to the types that it names, and on to those that they name.
  const shown = new Set([...found.keys()].filter(hasExample))
  for (const symbol of shown)
    for (const node of nodesOf(symbol)) {
      const look = (inner: ts.Node) => {
        if (ts.isBlock(inner) || ts.isJSDoc(inner)) return
        if (ts.isIdentifier(inner)) {
          const named = checker.getSymbolAtLocation(inner)
          if (named && !isForeign(resolved(named)) && resolved(named).flags & ts.SymbolFlags.Type) shown.add(resolved(named))
        }
        ts.forEachChild(inner, look)
      }
      look(node)
    }

  const missing = [...found].flatMap(([symbol, { name, entry, isValue }]): Missing[] => {
    const where = relative(root, symbol.declarations![0]!.getSourceFile().fileName)
    const has = { name, entry, where }
    const documented = nodesOf(symbol).some(node => ts.getJSDocCommentsAndTags(node).some(each => each.comment))
    const example = isValue ? ownExample(symbol) : shown.has(symbol)
    const exempt = entry === house && !ofUmbrella.has(symbol)
    return [
      ...(documented ? [] : [{ ...has, what: 'docstring' as const }]),
      ...(example || exempt ? [] : [{ ...has, what: 'example' as const }]),
    ]
  })
  return { names: found.size, missing }
}

function isForeign(symbol: ts.Symbol): boolean {
  return !symbol.declarations || symbol.declarations.every(each => each.getSourceFile().fileName.includes('/node_modules/'))
}

/** Whether a name is exported as a type alone, on its way through one index or several. */
function isTypeOnly(symbol: ts.Symbol): boolean {
  const specifier = symbol.declarations?.find(ts.isExportSpecifier)
  return specifier !== undefined && (specifier.isTypeOnly || specifier.parent.parent.isTypeOnly)
}

/** Where the docstring of a declaration stands. */
function nodesOf(symbol: ts.Symbol): ts.Node[] {
  return (symbol.declarations ?? []).map(each => (ts.isVariableDeclaration(each) ? each.parent.parent : each))
}

function withMembers(node: ts.Node): ts.Node[] {
  return ts.isClassLike(node) || ts.isInterfaceDeclaration(node) ? [node, ...node.members] : [node]
}

import { dirname, join, relative } from 'node:path'
import ts from 'typescript'
import { root } from './run-program.js'
import { documentOf, fileNameOf, type Snippet } from './snippets.js'

/** All entries, each with the file of its source. */
export const known: { name: string; file: string }[] = (await import(join(root, 'scripts/entries.mjs'))).entries()
/** The entries whose examples are compiled, each with what it is imported as: a name is imported from the first that has it. */
const entries = known
  .filter(({ name }) => name !== 'onecycle/tf')
  .toSorted((a, b) => Number(b.name.startsWith('onecycle')) - Number(a.name.startsWith('onecycle')))
  .map(({ name, file }) => ({ name, file: join(root, file) }))
const { paths = {} } = settingsOf('tsconfig.check.json')

/** What a person sets who begins with `tsc --init` and means it; our packages are read from their sources. */
const users: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  lib: ['lib.es2022.d.ts'],
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  types: ['node'],
  strict: true,
  skipLibCheck: true,
  noEmit: true,
  paths,
}

/** The entries and all that they import. */
export const program = ts.createProgram(
  known.map(({ file }) => join(root, file)),
  users,
)
export const checker = program.getTypeChecker()
const exported = entries.flatMap(({ name: from, file }) =>
  exportsOf(checker.getSymbolAtLocation(program.getSourceFile(file)!)!).map(([name, symbol]) => ({ name, symbol, from })),
)

/** The examples in the documentation of all that the entries export, members included. */
export function examples(): Snippet[] {
  const found = new Map<ts.Node, Snippet>()
  const look = (node: ts.Node) => {
    for (const tag of ts.getJSDocTags(node)) {
      const code = tag.tagName.text === 'example' && ts.getTextOfJSDocComment(tag.comment)
      if (!code) continue
      const source = tag.getSourceFile()
      const { line } = source.getLineAndCharacterOfPosition(tag.pos)
      found.set(tag, { where: `${relative(root, source.fileName)}:${line + 1}`, code })
    }
    if (ts.isClassLike(node) || ts.isInterfaceDeclaration(node)) node.members.forEach(look)
  }
  for (const { symbol } of exported)
    for (const declaration of symbol.declarations ?? [])
      look(ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration)
  return [...found.values()]
}

/** What a module exports, by name, with what the namespaces among it hold. */
function exportsOf(module: ts.Symbol): [name: string, symbol: ts.Symbol][] {
  return checker.getExportsOfModule(module).flatMap((name): [string, ts.Symbol][] => {
    const symbol = name.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(name) : name
    const isNamespace = symbol.flags & ts.SymbolFlags.ValueModule && !(symbol.flags & ts.SymbolFlags.Function)
    return [[name.name, symbol], ...(isNamespace ? exportsOf(symbol) : [])]
  })
}

/** The snippet with imports of what it uses of the entries and TensorFlow.js, which an example leaves out. Lines keep their numbers. */
export function withImports({ where, code }: Snippet): Snippet {
  const uses = (name: string) =>
    new RegExp(`(?<![.\\w])${name}\\b(?!:)`).test(code) &&
    !new RegExp(`((const|import)\\b[^=:\\n]*|(class|function) )\\b${name}\\b`).test(code)
  const namesOf = (entry: string) => [
    ...new Set(exported.flatMap(({ name, from }) => (from === entry && uses(name) ? [name] : []))),
  ]
  const taken = new Set<string>()
  const ours = entries.flatMap(({ name: from }) => {
    const names = namesOf(from).filter(name => !taken.has(name))
    for (const name of names) taken.add(name)
    return names.length > 0 ? [`import { ${names.join(', ')} } from '${from}'; `] : []
  })
  const layers = ['layers', 'sequential'].filter(uses)
  const imports = [
    ...ours,
    ...(layers.length > 0 ? [`import { ${layers.join(', ')} } from '@tensorflow/tfjs-layers'; `] : []),
    ...(uses('tf') ? ["import * as tf from '@tensorflow/tfjs'; "] : []),
  ]
  return { where, code: imports.join('') + code }
}

/**
 * What the compiler says of each snippet, as `where: message`, with the settings of a program that is strict.
 *
 * @param given declarations that every snippet may use
 * @param options more settings
 */
export function complaints(snippets: readonly Snippet[], given = '', options: ts.CompilerOptions = {}): string[] {
  const files = new Map([[place('given.d.ts'), given]])
  const places = snippets.map(placeOf)
  for (const [i, { where, code }] of snippets.entries())
    files.set(places[i]!, `${code.replace(/'\.\/([\w-]+)\.js'/g, `'./${prefixOf(where)}$1.js'`)}\nexport {}\n`)
  const host = ts.createCompilerHost(users)
  const { fileExists, readFile, getSourceFile } = host
  host.fileExists = name => files.has(name) || fileExists(name)
  host.readFile = name => files.get(name) ?? readFile(name)
  host.getSourceFile = (name, ...rest) =>
    files.has(name)
      ? ts.createSourceFile(name, files.get(name)!, {
          languageVersion: ts.ScriptTarget.ES2022,
          impliedNodeFormat: ts.ModuleKind.ESNext,
        })
      : (program.getSourceFile(name) ?? getSourceFile(name, ...rest))
  const checked = ts.createProgram([...files.keys()], { ...users, ...options }, host)
  return snippets.flatMap(({ where }, i) => {
    const source = checked.getSourceFile(places[i]!)!
    const found = [...checked.getSyntacticDiagnostics(source), ...checked.getSemanticDiagnostics(source)]
    return found.map(({ messageText, start }) => {
      const line = source.text.slice(0, start).split('\n').length
      return `${where}, line ${line}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`
    })
  })
}

/** Where a file would stand that is made up here: from there, packages are found. */
function place(name: string): string {
  return join(root, 'packages/onecycle/test', name)
}

/** One that begins with its name, `// train.ts`, lies where others of its document import it from. */
function placeOf({ where, code }: Snippet, i: number): string {
  const name = fileNameOf(code)
  return place(name ? `${prefixOf(where)}${name}.ts` : `snippet-${i}.ts`)
}

function prefixOf(where: string): string {
  return `${documentOf({ where }).replaceAll(/\W/g, '-')}-`
}

function settingsOf(name: string): ts.CompilerOptions {
  const path = join(root, name)
  const { config } = ts.readConfigFile(path, ts.sys.readFile)
  return ts.parseJsonConfigFileContent(config, ts.sys, dirname(path)).options
}

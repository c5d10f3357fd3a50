import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { describe, expect, test } from 'vitest'
import { root } from './run-program.js'

const packages = readdirSync(join(root, 'packages'))

/** The modules of a folder, without tests and what only they use. */
function modules(folder: string): string[] {
  if (!existsSync(folder)) return []
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  return files.filter(file => /\.ts$/.test(file) && !/\.test\.ts$|(^|\/)testing\//.test(file)).sort()
}

const parse = (file: string) => ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ESNext, true)

/** What a module exports beside types. */
function exportedValues(file: string): string[] {
  return parse(file)
    .statements.flatMap(statement => {
      if (!ts.canHaveModifiers(statement) || !ts.getModifiers(statement)?.some(each => each.kind === ts.SyntaxKind.ExportKeyword))
        return []
      if (ts.isVariableStatement(statement)) return statement.declarationList.declarations.map(each => each.name.getText())
      return ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement) ? [statement.name!.text] : []
    })
    .sort()
}

describe.each(packages.filter(name => existsSync(join(root, 'packages', name, 'src', 'node'))))('%s', name => {
  const folder = (half: string) => join(root, 'packages', name, 'src', half)

  test('has the same names for Node and for a page, and its package.json chooses', () => {
    // What lies deeper is of one half alone.
    const shared = (half: string) => modules(folder(half)).filter(file => !file.includes('/'))
    expect(shared('browser')).toEqual(shared('node'))
    for (const file of shared('node'))
      expect(exportedValues(join(folder('browser'), file)), file).toEqual(exportedValues(join(folder('node'), file)))
    const { imports } = JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8'))
    expect(imports).toEqual({ [`#${name}/*`]: { node: './dist/node/*', default: './dist/browser/*' } })
  })

  test('reaches the halves through its package.json alone', () => {
    for (const file of modules(folder('.')).filter(file => !/^(node|browser)\//.test(file)))
      expect(readFileSync(join(folder('.'), file), 'utf8'), file).not.toMatch(/from '(\.\.?\/)+(node|browser)\//)
  })
})

/** Programs of a terminal, and what is of Node alone. */
const programs =
  /^onecycle\/src\/(cli|program|failure|table|options|examples)\.ts$|^onecycle\/src\/(commands|demo|job|notebook)\/|^distributed\/src\//
const ofNode = new Set(['process', 'Buffer', 'setImmediate', 'require', '__dirname', '__filename', 'global'])
const ofPages = new Set(['document', 'navigator', 'location', 'localStorage', 'indexedDB'])

/** What a module takes from its surroundings that is not everywhere. */
function foreign(file: string): string[] {
  const found: string[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteral(node) && /^node:/.test(node.text)) found.push(node.text)
    if (ts.isIdentifier(node) && (ofNode.has(node.text) || ofPages.has(node.text)) && isGlobal(node)) found.push(node.text)
    ts.forEachChild(node, visit)
  }
  visit(parse(file))
  return [...new Set(found)]
}

/** Not a member, a key, a declaration or a type of that name. */
function isGlobal(node: ts.Identifier): boolean {
  const { parent } = node
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node
  return !(
    (ts.isPropertyAssignment(parent) && parent.name === node) ||
    (ts.isPropertySignature(parent) && parent.name === node) ||
    ts.isTypeReferenceNode(parent) ||
    ts.isImportSpecifier(parent)
  )
}

test('what differs by platform stays in src/node and src/browser', () => {
  const found = packages.flatMap(name =>
    modules(join(root, 'packages', name, 'src'))
      .filter(file => !/^(node|browser)\//.test(file) && !programs.test(`${name}/src/${file}`))
      .map(file => `${name}/${file}: ${foreign(join(root, 'packages', name, 'src', file)).join(', ')}`)
      .filter(line => !line.endsWith(': ')),
  )
  expect(found).toEqual([])
})

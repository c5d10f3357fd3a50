import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { expect, test } from 'vitest'
import { root } from './run-program.js'

// A bundler leaves out a module that nothing is used of, unless its package says that importing it does something.
test.each(readdirSync(join(root, 'packages')))('%s names the modules that do something when they are imported', name => {
  const folder = join(root, 'packages', name)
  const { sideEffects } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { sideEffects: false | string[] }
  const files = readdirSync(join(folder, 'src'), { recursive: true, encoding: 'utf8' })
  const modules = files.filter(file => /\.ts$/.test(file) && !/\.test\.ts$|testing\//.test(file))
  const acting = modules.filter(file => acts(join(folder, 'src', file))).map(file => `./dist/${file.replace(/\.ts$/, '.js')}`)
  expect(acting.sort()).toEqual(sideEffects || [])
})

/** Whether a module has statements beside its declarations; what it does to functions of its own changes nothing elsewhere. */
function acts(file: string): boolean {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ESNext)
  const own = source.statements.filter(ts.isFunctionDeclaration).map(each => each.name?.text)
  const isOwn = (node: ts.Node) => ts.isIdentifier(node) && own.includes(node.text)
  return source.statements.some(statement => {
    if (ts.isImportDeclaration(statement)) return !statement.importClause
    if (!ts.isExpressionStatement(statement)) return !isDeclaration(statement)
    const { expression } = statement
    if (ts.isBinaryExpression(expression) && ts.isPropertyAccessExpression(expression.left))
      return !isOwn(expression.left.expression)
    return !(ts.isCallExpression(expression) && expression.expression.getText(source) === 'keepNames')
  })
}

function isDeclaration(statement: ts.Statement): boolean {
  return (
    ts.isDeclarationStatement(statement) ||
    ts.isVariableStatement(statement) ||
    ts.isExportDeclaration(statement) ||
    ts.isExportAssignment(statement)
  )
}

// The end of a package's build: takes away declarations that no entry of the package leads to. Each would fill a block of every disk that it is
// installed on, five hundred in all.
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

const root = process.cwd()
const { exports, types } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

const entries = value => (typeof value === 'string' ? [value] : Object.values(value ?? {}).flatMap(entries))
const ending = '.d.ts'
const todo = [...entries(exports), types].filter(path => path?.endsWith(ending)).map(path => resolve(root, path))
const reached = new Set()

/** The files that a specifier of a declaration may mean: in either half, what the package's imports choose. */
function meant(file, specifier) {
  const declaration = path => path.replace(/\.js$/, ending)
  if (specifier.startsWith('.')) return [declaration(resolve(dirname(file), specifier))]
  if (!specifier.startsWith('#')) return []
  return ['node', 'browser'].map(half => declaration(join(root, 'dist', half, specifier.replace(/^#[^/]+\//, ''))))
}

while (todo.length > 0) {
  const file = todo.pop()
  if (reached.has(file) || !existsSync(file)) continue
  reached.add(file)
  for (const [, specifier] of readFileSync(file, 'utf8').matchAll(/(?:\bfrom|\bimport)\s*\(?\s*['"]([^'"]+)['"]/g))
    todo.push(...meant(file, specifier))
}
if (reached.size === 0) throw new Error(`No entry of ${root} has declarations: nothing was taken away.`)
for (const name of readdirSync(join(root, 'dist'), { recursive: true }))
  if (name.endsWith(ending) && !reached.has(join(root, 'dist', name))) rmSync(join(root, 'dist', name))

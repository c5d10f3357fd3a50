import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Notebook } from '../src/notebook/nbformat.js'
import { onecycle } from './run-program.js'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'onecycle notebook '))
})
afterAll(() => rm(folder, { recursive: true }))

const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="4" height="4"><rect width="4" height="4"/></svg>'
const good = `// # A *notebook*
// With words.

// %% First
import { sep } from 'node:path'
interface Point { x: number }
const point: Point = { x: 2 }
console.log('at', point.x)
console.error('warned')
process.stdout.write('1/2\\r2/2\\n')
await new Promise(resolve => setTimeout(resolve, 5))
sep.length + point.x

// %%
const drawn = { [Symbol.for('Jupyter.display')]: async () => ({ 'image/svg+xml': '${svg}', 'text/plain': 'A [drawing]' }) }
drawn

// %%
const nothing = undefined
`

test('runs its cells, and writes a Jupyter notebook, a page and Markdown with their outputs', async () => {
  const file = join(folder, 'good one.ts')
  await writeFile(file, good)
  const [ipynb, html, md] = await Promise.all(['ipynb', 'html', 'md'].map(to => onecycle(['notebook', 'run', file, '--to', to])))
  const path = (ending: string) => join(folder, `good one.${ending}`)
  expect(ipynb).toEqual({ code: 0, stdout: `${path('ipynb')}\n`, stderr: 'cell 1 of 3\ncell 2 of 3\ncell 3 of 3\n' })
  expect([html!.code, md!.code]).toEqual([0, 0])

  const notebook = JSON.parse(await readFile(path('ipynb'), 'utf8')) as Notebook
  expect([notebook.nbformat, notebook.nbformat_minor]).toEqual([4, 5])
  expect(notebook.cells.map(({ id, cell_type, metadata }) => [id, cell_type, metadata])).toEqual([
    ['cell-1', 'markdown', {}],
    ['cell-2', 'code', { name: 'First' }],
    ['cell-3', 'code', {}],
    ['cell-4', 'code', {}],
  ])
  expect(notebook.cells.flatMap(cell => (cell.cell_type === 'code' ? [[cell.execution_count, cell.outputs]] : []))).toEqual([
    [
      1,
      [
        { output_type: 'stream', name: 'stdout', text: 'at 2\n' },
        { output_type: 'stream', name: 'stderr', text: 'warned\n' },
        { output_type: 'stream', name: 'stdout', text: '1/2\r2/2\n' },
        { output_type: 'execute_result', execution_count: 1, data: { 'text/plain': '3' }, metadata: {} },
      ],
    ],
    [
      2,
      [
        {
          output_type: 'execute_result',
          execution_count: 2,
          data: { 'image/svg+xml': svg, 'text/plain': 'A [drawing]' },
          metadata: {},
        },
      ],
    ],
    [3, []],
  ])

  const page = await readFile(path('html'), 'utf8')
  expect(page).toContain('<title>A *notebook*</title>')
  expect(page).toContain('<h1>A <em>notebook</em></h1>')
  expect(page).toContain('<pre class="output stdout words">2/2</pre>')
  expect(page).toContain(`<img alt="A [drawing]" src="data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}">`)
  expect(page).not.toMatch(/(src|href)="(?!data:)/)

  const text = await readFile(path('md'), 'utf8')
  expect(text).toMatch(/^# A \*notebook\*\nWith words\.\n\n```ts\nimport/)
  expect(text).toContain('```text\nat 2\n```\n\n```text\nwarned\n```\n\n```text\n2/2\n```\n\n```text\n3\n```')
  expect(text).toContain('![A drawing](good%20one_files/cell-3.svg)')
  expect(await readFile(join(folder, 'good one_files/cell-3.svg'), 'utf8')).toBe(svg)
})

test('ends with the first error, marks its cell, and writes what there is', async () => {
  const file = join(folder, 'bad.mjs')
  await writeFile(file, "// %%\n1\n\n// %%\nconst f = () => {\n  throw new RangeError('too far')\n}\nf()\n\n// %%\n2\n")
  const { code, stdout, stderr } = await onecycle(['notebook', 'run', file, '--to', 'ipynb'])
  expect([code, stdout]).toEqual([1, ''])
  expect(stderr).toContain(`error: ${file}:4, cell 2 of 3 (lines 4 to 9): RangeError: too far`)
  const { cells } = JSON.parse(await readFile(join(folder, 'bad.ipynb'), 'utf8')) as Notebook
  expect(cells.map(cell => cell.cell_type === 'code' && cell.execution_count)).toEqual([1, 2, null])
  const [, failed] = cells
  const [error] = failed?.cell_type === 'code' ? failed.outputs : []
  expect(error).toMatchObject({ output_type: 'error', ename: 'RangeError', evalue: 'too far' })
  expect(error?.output_type === 'error' && error.traceback[1]).toMatch(/bad\.mjs:6:9/)
})

test.each([
  [
    'a program that ends itself',
    '// %%\n1\n// %%\nprocess.exit(3)\n',
    /cell 2 of 2 .*: Error: the program ended with exit code 3/,
  ],
  ['an import that is not there', "// %%\n1\n// %%\nimport 'no-such-package'\n", /cell 2 of 2 .*no-such-package/],
  ['what is no program', '// %%\nconst = 2\n', /x\.mjs is no program: Unexpected token \(2:6\)/],
  ['no cells', '// only words\n', /has no cells of code/],
  [
    'what names something that another cell has',
    '// %%\nnull["ker" + "nel"]\n// %%\nconst kernel = 1\n',
    /cell 1 of 2 .*\(reading 'kernel'\)/,
  ],
])('says what is wrong with %s', async (what, text, said) => {
  const file = join(folder, 'x.mjs')
  await writeFile(file, text)
  const { code, stderr } = await onecycle(['notebook', 'run', file, '--out', join(folder, 'x.html')])
  expect(code).toBe(what === 'no cells' ? 2 : 1)
  expect(stderr).toMatch(said)
  if (what !== 'an import that is not there') return
  const page = await readFile(join(folder, 'x.html'), 'utf8')
  expect(page.indexOf('no-such-package')).toBeLessThan(page.indexOf('class="output error"'))
  expect(page.match(/<section class="code( failed)?">/g)).toEqual(['<section class="code">', '<section class="code failed">'])
})

test('a file that is none is refused', async () => {
  const { code, stderr } = await onecycle(['notebook', 'run', join(folder, 'none.txt')])
  expect([code, stderr]).toEqual([2, expect.stringContaining('none.txt is no program: notebooks are files of TypeScript')])
})

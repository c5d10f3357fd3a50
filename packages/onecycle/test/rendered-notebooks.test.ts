import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { cellsOf } from '../src/notebook/cells.js'
import type { CodeCell, Notebook } from '../src/notebook/nbformat.js'
import { toHtml } from '../src/notebook/to-html.js'
import { toMarkdown } from '../src/notebook/to-markdown.js'
import { titleOf } from '../src/notebook/write-notebook.js'
import { onecycle, root, run } from './run-program.js'

const { findTool } = await import(join(root, 'scripts/tools.mjs'))
const rendered = join(root, 'docs/notebooks')
const names = (await readdir(join(root, 'notebooks'))).flatMap(file => (/^\d.*\.ts$/.test(file) ? [file.slice(0, -3)] : []))

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'onecycle-notebooks-'))
})
afterAll(() => rm(folder, { recursive: true }))

/** What is printed and drawn may differ by machine and by the time; which cells have outputs, and of which kind, may not. */
const shapeOfMarkdown = (text: string) => text.replace(/(`{3,})text\n[\s\S]*?\n\1/g, '$1text\n…\n$1')
const shapeOfHtml = (text: string) =>
  text.replace(/(<pre[^>]* class="output [^>]*>)[\s\S]*?<\/pre>/g, '$1…</pre>').replace(/(src="data:[^;]+;)[^"]*/g, '$1…').replace(/(<div class="output">)<pre[\s\S]*?<\/pre>/g, '$1<pre>…</pre>') // biome-ignore format: one line

test.each(names)(
  '%s runs to its end, and is rendered as it is',
  async name => {
    const out = join(folder, `${name}.ipynb`)
    const ended = await onecycle(['notebook', 'run', join(root, `notebooks/${name}.ts`), '--to', 'ipynb', '--out', out])
    expect([ended.code, ended.stdout], ended.stderr).toEqual([0, `${out}\n`])
    const notebook = JSON.parse(await readFile(out, 'utf8')) as Notebook
    const code = notebook.cells.filter((cell): cell is CodeCell => cell.cell_type === 'code')
    expect(code.every(({ execution_count }) => execution_count !== null)).toBe(true)
    expect(code.filter(({ outputs }) => outputs.length > 0).length).toBeGreaterThan(code.length / 2)
    const { text, files } = toMarkdown(notebook, `${name}_files`)
    expect(files.size).toBeGreaterThan(1)

    const hint = `docs/notebooks/${name} is not what notebooks/${name}.ts gives: npm run notebooks ${name}`
    const [markdown, page] = await Promise.all(
      ['md', 'html'].map(ending => readFile(join(rendered, `${name}.${ending}`), 'utf8')),
    )
    expect(shapeOfMarkdown(markdown!), hint).toBe(shapeOfMarkdown(text))
    expect(shapeOfHtml(page!), hint).toBe(shapeOfHtml(toHtml(notebook, titleOf(notebook)!)))
    const pictures = await readdir(join(rendered, `${name}_files`))
    expect(pictures.map(file => `${name}_files/${file}`).sort(), hint).toEqual([...files.keys()].sort())
    for (const picture of pictures)
      expect(await readFile(join(rendered, `${name}_files`, picture), 'utf8')).toMatch(/^<svg [^>]*>.*<\/svg>\s*$/s)
    expect(page).not.toMatch(/(src|href)="(?!data:)/)
    expect(markdown).not.toMatch(/^\w*Error: .*\n {4}at /m)
  },
  180_000,
)

test('the index has all of them', async () => {
  const index = await readFile(join(rendered, 'README.md'), 'utf8')
  for (const name of names) {
    expect(index).toContain(`](${name}.md)`)
    const [first] = cellsOf(await readFile(join(root, `notebooks/${name}.ts`), 'utf8'))
    const [heading, words] = first!.source.split('\n\n')
    expect(index).toContain(`[${heading!.slice(2)}]`)
    expect(index).toContain(words!.replaceAll('\n', ' '))
  }
})

const { path: node, missing } = findTool('node 24')
test.skipIf(missing)(
  `a notebook is a program for Node's own stripping of types${missing ? `, left out: ${missing}` : ''}`,
  async () => {
    const ended = await run(node, [join(root, 'notebooks/05-callbacks.ts')])
    expect(ended.code, ended.stderr).toBe(0)
    expect(ended.stdout).toContain('after_cancel_train')
  },
)

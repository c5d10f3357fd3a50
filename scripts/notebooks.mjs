// `npm run notebooks`: runs the notebooks, or those whose names are given, and renders each as Markdown and as a page into docs/notebooks, with an index.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build, install, root } from './steps.mjs'

const sources = join(root, 'notebooks')
const rendered = join(root, 'docs/notebooks')

await install()
await build()
const from = name => import(join(root, `packages/onecycle/dist/notebook/${name}.js`))
const { execute } = await from('execute')
const { cellsOf } = await from('cells')
const { writeNotebook, titleOf } = await from('write-notebook')

const names = readdirSync(sources).flatMap(file => (/^\d+.*\.ts$/.test(file) ? [file.slice(0, -3)] : []))
const wanted = process.argv.slice(2)
const unknown = wanted.find(name => !names.includes(name))
if (unknown) {
  console.error(`There is no notebook ${unknown}; there are ${names.join(', ')}.`)
  process.exit(1)
}

for (const name of wanted.length > 0 ? wanted : names) {
  const { notebook, failure } = await execute(join(sources, `${name}.ts`))
  if (failure) {
    console.error(`${failure.place}: ${failure.message}`)
    process.exit(1)
  }
  // Pictures of cells that are no more.
  rmSync(join(rendered, `${name}_files`), { recursive: true, force: true })
  for (const to of ['md', 'html']) await writeNotebook(notebook, to, join(rendered, `${name}.${to}`))
  console.log(`docs/notebooks/${name}.md and .html`)
}

/** A notebook's title, and its first paragraph. */
const rows = names.map(name => {
  const cells = cellsOf(readFileSync(join(sources, `${name}.ts`), 'utf8')).map(({ kind, source }) => ({
    cell_type: kind,
    source,
  }))
  const [, words] = cells[0].source.split('\n\n')
  return `| [${titleOf({ cells })}](${name}.md) | ${words.replaceAll('\n', ' ')} | [page](${name}.html), [program](../../notebooks/${name}.ts) |`
})
const index = `# Notebooks, as they ran

Rendered by \`npm run notebooks\` from the programs in [notebooks/](../../notebooks/README.md). [How to write, run and render notebooks](../notebooks.md) says more.

| notebook | what it tells | |
| --- | --- | --- |
${rows.join('\n')}
`
writeFileSync(join(rendered, 'README.md'), index)

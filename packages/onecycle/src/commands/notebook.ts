import { basename, dirname, extname, join } from 'node:path'
import { plainError, writeWhole } from '@onecycle/platform'
import { chalkStderr } from 'chalk'
import { execute } from '../notebook/execute.js'
import type { Notebook } from '../notebook/nbformat.js'

export interface NotebookOptions {
  to: 'html' | 'ipynb' | 'md'
  out?: string
  json?: boolean
}

/**
 * Runs the cells of a notebook and writes it with what they left behind. One that fails is written as far as it came.
 *
 * @throws Error that names the cell that failed
 */
export async function runNotebook(file: string, { to, out, json }: NotebookOptions): Promise<void> {
  const name = basename(file, extname(file))
  const path = out ?? join(dirname(file), `${name}.${to}`)
  const { notebook, failure } = await execute(file, (cell, of) => console.error(chalkStderr.dim(`cell ${cell} of ${of}`)))
  await write(notebook, to, path, name)
  if (failure) {
    const said = `${failure.place}: ${failure.message}`.replace(/\.?$/, '.')
    const error = plainError('notebook-stopped', `${said} The notebook was written as far as it came: ${path}.`)
    // What ends a command is told by that name.
    if (failure.exitCode !== undefined) Object.assign(error, { name: 'InterruptedError', exitCode: failure.exitCode })
    throw error
  }
  const cells = notebook.cells.filter(({ cell_type }) => cell_type === 'code').length
  console.log(json ? JSON.stringify({ path, cells }) : path)
}

async function write(notebook: Notebook, to: NotebookOptions['to'], path: string, name: string): Promise<void> {
  if (to === 'ipynb') {
    await writeWhole(path, `${JSON.stringify(notebook, null, 1)}\n`)
    return
  }
  if (to === 'html') {
    const { toHtml } = await import('../notebook/to-html.js')
    await writeWhole(path, toHtml(notebook, titleOf(notebook) ?? name))
    return
  }
  const { toMarkdown } = await import('../notebook/to-markdown.js')
  const { text, files } = toMarkdown(notebook, `${basename(path, extname(path))}_files`)
  for (const [file, content] of files) await writeWhole(join(dirname(path), file), content)
  await writeWhole(path, text)
}

/** Its first heading. */
function titleOf({ cells }: Notebook): string | undefined {
  for (const { cell_type, source } of cells) {
    const heading = cell_type === 'markdown' ? /^# +(.+)$/m.exec(source) : null
    if (heading) return heading[1]
  }
  return undefined
}

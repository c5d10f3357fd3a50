import { basename, dirname, extname, join } from 'node:path'
import { plainError } from '@onecycle/platform'
import { chalkStderr } from 'chalk'
import { execute } from '../notebook/execute.js'
import { type NotebookFormat, writeNotebook } from '../notebook/write-notebook.js'

export interface NotebookOptions {
  to: NotebookFormat
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
  await writeNotebook(notebook, to, path)
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

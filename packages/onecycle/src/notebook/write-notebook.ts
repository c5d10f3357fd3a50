import { basename, dirname, extname, join } from 'node:path'
import { writeWhole } from '@onecycle/platform'
import type { Notebook } from './nbformat.js'

export type NotebookFormat = 'html' | 'ipynb' | 'md'

/** Writes a notebook, Markdown with its pictures in a folder beside it. */
export async function writeNotebook(notebook: Notebook, to: NotebookFormat, path: string): Promise<void> {
  const name = basename(path, extname(path))
  if (to === 'ipynb') {
    await writeWhole(path, `${JSON.stringify(notebook, null, 1)}\n`)
    return
  }
  if (to === 'html') {
    const { toHtml } = await import('./to-html.js')
    await writeWhole(path, toHtml(notebook, titleOf(notebook) ?? name))
    return
  }
  const { toMarkdown } = await import('./to-markdown.js')
  const { text, files } = toMarkdown(notebook, `${name}_files`)
  for (const [file, content] of files) await writeWhole(join(dirname(path), file), content)
  await writeWhole(path, text)
}

/** Its first heading. */
export function titleOf({ cells }: Notebook): string | undefined {
  for (const { cell_type, source } of cells) {
    const heading = cell_type === 'markdown' ? /^# +(.+)$/m.exec(source) : null
    if (heading) return heading[1]
  }
  return undefined
}

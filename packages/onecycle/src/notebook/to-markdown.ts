import type { MimeBundle, Notebook, Output } from './nbformat.js'
import { asShown, formOf, plainOf, titleIn } from './to-text.js'

export interface Markdown {
  readonly text: string
  /** Pictures by the names under which the text shows them. */
  readonly files: ReadonlyMap<string, string | Uint8Array>
}

/** @param folder where pictures go, beside the text */
export function toMarkdown({ cells }: Notebook, folder: string): Markdown {
  const files = new Map<string, string | Uint8Array>()
  const picture = (content: string | Uint8Array, ending: string, alt: string, cell: number) => {
    const nameOf = (n: number) => `${folder}/cell-${cell}${n > 1 ? `-${n}` : ''}.${ending}`
    let n = 1
    while (files.has(nameOf(n))) n++
    const name = nameOf(n)
    files.set(name, content)
    return `![${alt.replace(/[[\]]/g, '')}](${encodeURI(name)})`
  }
  const parts = cells.flatMap((cell, i) => {
    if (cell.cell_type === 'markdown') return [cell.source]
    return [
      fenced(cell.source, 'ts'),
      ...cell.outputs.map(output => outputMarkdown(output, (...args) => picture(...args, i + 1))),
    ]
  })
  return { text: `${parts.filter(Boolean).join('\n\n')}\n`, files }
}

type Picture = (content: string | Uint8Array, ending: string, alt: string) => string

function outputMarkdown(output: Output, picture: Picture): string {
  if (output.output_type === 'stream') return fenced(asShown(output.text).trimEnd(), 'text')
  if (output.output_type === 'error') return fenced(asShown(output.traceback.join('\n')), 'text')
  return shownMarkdown(output.data, picture)
}

function shownMarkdown(data: MimeBundle, picture: Picture): string {
  const alt = titleIn(data)
  const svg = formOf(data, 'image/svg+xml')
  if (svg !== undefined) return picture(svg, 'svg', alt)
  for (const [type, ending] of [['image/png', 'png'], ['image/jpeg', 'jpg']] as const) // biome-ignore format: one line
    if (data[type] !== undefined) return picture(Buffer.from(formOf(data, type)!, 'base64'), ending, alt)
  if (data['text/markdown'] !== undefined) return formOf(data, 'text/markdown')!
  return fenced(plainOf(data), 'text')
}

/** A fence longer than any within. */
function fenced(text: string, language: string): string {
  const longest = Math.max(2, ...(text.match(/`{3,}/g) ?? []).map(({ length }) => length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}${language}\n${text}\n${fence}`
}

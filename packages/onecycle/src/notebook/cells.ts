/** A cell of a notebook that is a program: what stands between two lines `// %%`. */
export interface Cell {
  readonly kind: 'code' | 'markdown'
  /** Of markdown without the slashes before it. */
  readonly source: string
  /** The line of the file that it begins in, from 1: that of its marker, where it has one. */
  readonly line: number
  readonly lastLine: number
  /** What its marker says after `// %%`. */
  readonly title?: string | undefined
}

const marker = /^\/\/ ?%%(?:\s+(.*))?$/

/** Whether a cell begins with a line. */
export function isMarker(line: string): boolean {
  return marker.test(line)
}

/**
 * The cells of a program: each begins with a line `// %%`, one of text with `// %% [markdown]`. What stands before the first one is text where it is
 * comments alone.
 */
export function cellsOf(text: string): Cell[] {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/)
  const starts = [...lines.keys()].filter(i => isMarker(lines[i]!))
  const parts = [...(starts[0] === 0 ? [] : [{ from: 0, head: -1 }]), ...starts.map(at => ({ from: at + 1, head: at }))]
  return parts.flatMap(({ from, head }, i) => {
    const to = (parts[i + 1]?.head ?? lines.length) as number
    const said = head < 0 ? '' : (marker.exec(lines[head]!)![1]?.trim() ?? '')
    const body = trimmed(lines.slice(from, to))
    if (body.length === 0) return []
    const isText = head < 0 ? body.every(line => /^(\/\/|#!|\s*$)/.test(line)) : /^\[(markdown|md)\]/i.test(said)
    const title = said.replace(/^\[\w+\]\s*/, '') || undefined
    const source = isText ? trimmed(body.filter(line => !line.startsWith('#!')).map(line => line.replace(/^\/\/ ?/, ''))) : body
    return [
      {
        kind: isText ? ('markdown' as const) : ('code' as const),
        source: source.join('\n'),
        line: Math.max(head, 0) + 1,
        lastLine: to,
        ...(title && { title }),
      },
    ]
  })
}

/** Without empty lines at either end. */
function trimmed(lines: readonly string[]): readonly string[] {
  const isFull = (line: string) => line.trim() !== ''
  const [first, last] = [lines.findIndex(isFull), lines.findLastIndex(isFull)]
  return first < 0 ? [] : lines.slice(first, last + 1)
}

/** The element with an id, which must be of this kind. */
export function byId<E extends HTMLElement>(id: string, kind: new () => E): E {
  const element = document.getElementById(id)
  if (element instanceof kind) return element
  throw new Error(`The page has no ${kind.name} #${id}.`)
}

/** Replaces the rows of a table's body; each cell is a text. */
export function fillTable(id: string, rows: readonly (readonly string[])[], classOf: (row: number) => string = () => ''): void {
  const body = byId(id, HTMLTableElement).tBodies[0]!
  body.replaceChildren(
    ...rows.map((cells, i) => {
      const row = document.createElement('tr')
      row.className = classOf(i)
      for (const text of cells) row.insertCell().textContent = text
      return row
    }),
  )
}

/** Shows an error in its place, or takes it away. */
export function showError(id: string, error?: unknown): void {
  const place = byId(id, HTMLElement)
  place.hidden = error === undefined
  place.textContent = error === undefined ? '' : error instanceof Error ? error.message : String(error)
}

/** A rate as people write it: 5e-2, not 0.05. */
export function rate(lr: number): string {
  const [mantissa, exponent] = lr.toExponential().split('e') as [string, string]
  return `${Number(Number(mantissa).toPrecision(3))}e${Number(exponent)}`
}

export const percent = (share: number) => `${(share * 100).toFixed(1)} %`

/** Has the browser keep bytes as a file. */
export function download(bytes: Uint8Array<ArrayBuffer>, name: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([bytes], { type: 'application/octet-stream' }))
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}

/** Whether an error says that somebody pressed Stop. */
export const isStop = (error: unknown) => error instanceof Error && error.name === 'AbortError'

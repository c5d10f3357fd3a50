/** A place below the cell of a notebook: each call puts other contents in it, of the form that the notebook takes. */
export type KernelDisplay = (contents: Readonly<Record<'text/html' | 'text/plain', string>>) => unknown

/** Deno's kernel, as a program in its cells sees it. */
interface DenoKernel {
  broadcast(kind: 'display_data' | 'update_display_data', content: object): unknown
}

/** What tslab gives programs as the module `tslab`. */
interface Tslab {
  newDisplay(): { html(text: string): void }
}

/** What makes displays in the kernel whose cell this program is; undefined elsewhere. */
export function kernel(): (() => KernelDisplay) | undefined {
  const [deno, tslab] = [denoKernel(), tslabKernel()]
  if (deno) return () => denoDisplay(deno)
  if (!tslab) return undefined
  return () => {
    const display = tslab.newDisplay()
    return contents => display.html(contents['text/html'])
  }
}

let displays = 0

function denoDisplay(deno: DenoKernel): KernelDisplay {
  const display_id = `onecycle-${++displays}-${Date.now()}`
  let kind: 'display_data' | 'update_display_data' = 'display_data'
  return data => {
    const said = deno.broadcast(kind, { data, metadata: {}, transient: { display_id } })
    kind = 'update_display_data'
    return said
  }
}

/** Where there is none, asking for it throws. */
function denoKernel(): DenoKernel | undefined {
  try {
    const { jupyter } = (globalThis as { Deno?: { jupyter?: Partial<DenoKernel> } }).Deno ?? {}
    return typeof jupyter?.broadcast === 'function' ? (jupyter as DenoKernel) : undefined
  } catch {
    return undefined
  }
}

/** By the `require` of its cells, which alone finds the module. */
function tslabKernel(): Tslab | undefined {
  const { __tslab__: cells } = globalThis as { __tslab__?: { require?: (name: string) => Partial<Tslab> } }
  try {
    const module = cells?.require?.('tslab')
    return typeof module?.newDisplay === 'function' ? (module as Tslab) : undefined
  } catch {
    return undefined
  }
}

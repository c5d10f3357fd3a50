import { connect, type Training } from 'onecycle/page'
import type { served } from '../worker/train.js'
import { byId } from './dom.js'

export type Trainer = Training<typeof served>

/** A worker of its own. */
export function begin(): Trainer {
  const trainer: Trainer = connect<typeof served>(
    new Worker(new URL('../worker/train.ts', import.meta.url), { type: 'module', name: 'onecycle' }),
  )
  trainer.on('backend', ({ line }) => {
    byId('backend', HTMLElement).textContent = line.replace(/^onecycle: /, '')
  })
  return trainer
}

/** What is chosen on the page; the address may choose, too: `?backend=wasm&threads=2`. */
export function backendChosen() {
  return { backend: byId('backend-choice', HTMLSelectElement).value, threads: Number(byId('threads', HTMLSelectElement).value) }
}

/** The choices that there are here. */
export function offerThreads(): void {
  const select = byId('threads', HTMLSelectElement)
  const most = crossOriginIsolated ? Math.min(navigator.hardwareConcurrency || 1, 8) : 1
  select.replaceChildren(...Array.from({ length: most }, (_, i) => new Option(String(i + 1))))
  select.value = String(Math.min(2, most))
  select.title = most > 1 ? '' : 'More than one needs a page that is cross-origin isolated.'
}

/** Values of fields from the address. */
export function takeAddress(): void {
  const fields = { epochs: HTMLInputElement, rate: HTMLInputElement, threads: HTMLSelectElement }
  const given = new URLSearchParams(location.search)
  for (const [id, kind] of Object.entries(fields)) {
    const value = given.get(id)
    if (value !== null) byId<HTMLInputElement | HTMLSelectElement>(id, kind).value = value
  }
  const backend = given.get('backend')
  if (backend !== null) byId('backend-choice', HTMLSelectElement).value = backend
}

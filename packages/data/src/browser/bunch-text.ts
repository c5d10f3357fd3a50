import type { DataBunch } from '../data-bunch.js'

/** Consoles of browsers show objects in their own way, and ask for no text. */
export function bunchText(data: DataBunch): string {
  return data.constructor.name
}

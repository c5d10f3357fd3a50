import { typeError } from './errors.js'
import { show } from './show.js'

/** @throws TypeError for what names no file, or cannot be written to one. */
export function checkContent(path: unknown, content: unknown): void {
  if (typeof path !== 'string' || path === '')
    throw typeError('file-name', `A file needs a path, such as 'runs/report.html', but got ${show(path)}.`)
  const isBytes = content instanceof Uint8Array || (!ArrayBuffer.isView(content) && isIterable(content))
  if (typeof content !== 'string' && !isBytes)
    throw typeError('file-content', `A file holds a string or bytes, but got ${show(content)}.`)
}

function isIterable(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    (Symbol.iterator in value || Symbol.asyncIterator in value)
  )
}

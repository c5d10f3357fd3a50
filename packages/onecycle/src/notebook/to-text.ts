import type { MimeBundle } from './nbformat.js'

// biome-ignore lint/suspicious/noControlCharactersInRegex: what colours a terminal begins with one
const controls = /\u001b\[[0-9;?]*[A-Za-z]/g

/** What a terminal would show in the end: without colours, and of a line that was written over only its last state. */
export function asShown(text: string): string {
  return text
    .replace(controls, '')
    .split('\n')
    .map(line => line.replace(/\r+$/, '').split('\r').at(-1)!)
    .join('\n')
}

/** One of the forms in which something is shown; undefined where it has none such. */
export function formOf(data: MimeBundle, type: string): string | undefined {
  const form = data[type]
  return Array.isArray(form) ? form.join('') : (form as string | undefined)
}

/** What a picture is called: the first line of the words for it, where titles of several panels may stand side by side. */
export function titleIn(data: MimeBundle): string {
  return (formOf(data, 'text/plain') ?? '')
    .trim()
    .split('\n')[0]!
    .trim()
    .replace(/\s{2,}/g, ', ')
}

/** In words, or as JSON where there are none. */
export function plainOf(data: MimeBundle): string {
  return asShown(formOf(data, 'text/plain') ?? JSON.stringify(Object.values(data)[0], null, 2))
}

import type { FileSource } from '@onecycle/platform'
import { chunksOf, openBytes } from '../source/bytes.js'
import { decode } from '../source/text.js'

/** A file of characters as a whole. @throws Error that says what cannot be read, or is no text in the encoding */
export async function readText(source: FileSource, encoding = 'utf-8'): Promise<string> {
  const bytes = await openBytes(source)
  let text = ''
  for await (const piece of decode(bytes.name, chunksOf(bytes), encoding)) text += piece
  return text
}

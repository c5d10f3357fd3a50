import { type FileSource, plainError, rangeError } from '@onecycle/platform'
import { type Bytes, chunksOf, openBytes } from './bytes.js'
import { inflate, isGzip } from './inflate.js'

export interface TextOptions {
  /** How characters are written as bytes, as `TextDecoder` names it. Default 'utf-8'. */
  encoding?: string | undefined
  /** Most bytes that a compressed file may become. Default 2^30, a gigabyte. */
  maxBytes?: number | undefined
}

/** Characters that come piece by piece. `text` is what follows all before it; `done` says that nothing more comes. */
export interface TextSource {
  readonly name: string
  pieces(): AsyncGenerator<string>
  /** Where a part of it can be read alone, as bytes: undefined where it is compressed. */
  readonly bytes: Bytes | undefined
}

/** A text in itself, where a path or an address would be in one line. */
export function isText(source: unknown): source is string {
  return typeof source === 'string' && /[\n\r]/.test(source)
}

/** Opens a file of characters, plain or compressed by gzip; a string of several lines is the text itself. */
export async function openText(
  source: FileSource,
  { encoding = 'utf-8', maxBytes = 2 ** 30 }: TextOptions = {},
): Promise<TextSource> {
  if (isText(source)) {
    const bytes = await openBytes(new TextEncoder().encode(source))
    return { name: 'the text', pieces: () => decode('the text', chunksOf(bytes), 'utf-8'), bytes: { ...bytes, name: 'the text' } }
  }
  const bytes = await openBytes(source)
  const compressed = isGzip(await bytes.slice(0, 2))
  const { name } = bytes
  return {
    name,
    pieces: () => decode(name, compressed ? inflate(bytes, maxBytes) : chunksOf(bytes), encoding),
    bytes: compressed ? undefined : bytes,
  }
}

/** Bytes as characters, without a mark at the beginning. */
export async function* decode(name: string, chunks: AsyncIterable<Uint8Array>, encoding: string): AsyncGenerator<string> {
  const decoder = decoderOf(encoding)
  const characters = (chunk?: Uint8Array) => {
    try {
      return decoder.decode(chunk, { stream: chunk !== undefined })
    } catch (cause) {
      throw plainError(
        'encoding',
        `${name} is no text in ${encoding}. Say how it is written, encoding: 'windows-1252', for example.`,
        {
          cause,
        },
      )
    }
  }
  for await (const chunk of chunks) yield characters(chunk)
  yield characters()
}

function decoderOf(encoding: string): TextDecoder {
  try {
    return new TextDecoder(encoding, { fatal: true })
  } catch (cause) {
    throw rangeError(
      'encoding',
      `encoding is '${encoding}', which is not known here; expected 'utf-8' or 'windows-1252', for example.`,
      {
        cause,
      },
    )
  }
}

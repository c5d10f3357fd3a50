type Write = NodeJS.WriteStream['write']

/** Standard output and standard error, as far as they are terminals: most of the time one and the same. */
export function ownTerminals(): NodeJS.WriteStream[] {
  return [process.stdout, process.stderr].filter(({ isTTY }) => isTTY)
}

/**
 * Has what anybody writes to streams heard in place of being written.
 *
 * @returns what ends it
 */
export function insteadOfWriting(streams: readonly NodeJS.WriteStream[], hear: (text: string) => void): () => void {
  return replaceWrite(streams, () => (chunk: Uint8Array | string, ...others: unknown[]) => {
    hear(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString())
    const done = others.find(each => typeof each === 'function') as ((error?: Error) => void) | undefined
    if (done) process.nextTick(done)
    return true
  })
}

/** Has streams write by what `make` makes of what they write by now. */
export function replaceWrite(
  streams: readonly NodeJS.WriteStream[],
  make: (write: Write) => (...content: never[]) => boolean,
): () => void {
  const undo = streams.map(stream => {
    const before = Object.getOwnPropertyDescriptor(stream, 'write')
    Object.defineProperty(stream, 'write', { value: make(stream.write.bind(stream)), configurable: true, writable: true })
    return () => {
      if (before) Object.defineProperty(stream, 'write', before)
      else delete (stream as { write?: unknown }).write
    }
  })
  return () => {
    for (const each of undo) each()
  }
}

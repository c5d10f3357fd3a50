import { parallelism, Random } from '@onecycle/platform'
import { shareProcessors } from '../../image/worth-sharp.js'
import { remembering } from '../cache/remembering.js'
import { restoreEncoder } from '../restore-encoder.js'
import { ItemReader } from '../sample-reader.js'
import type { Samples } from '../samples.js'
import { pack } from './packed.js'
import type { FromThread, Setup, ToThread } from './thread.js'

/**
 * What a thread does: reads the items that it is told to, one task after the other.
 *
 * @returns hears what it is told
 */
export function serveItems(answer: (answer: FromThread, transfer: ArrayBuffer[]) => void): (message: ToThread) => void {
  const readers = new Map<number, Promise<Reads>>()
  let last: Promise<void> = Promise.resolve()
  const read = async ({ task, reader, indices, items, pass, spare }: Extract<ToThread, { task: number }>) => {
    try {
      const reads = await readers.get(reader)!
      const samples = pack(await reads(indices, items, pass), spare)
      answer({ task, samples }, [samples.buffer])
    } catch (error) {
      answer({ task, error, code: (error as { code?: unknown }).code }, [])
    }
  }
  answer('ready', [])
  return message => {
    if ('setup' in message) {
      const reader = prepare(message.setup)
      reader.catch(() => {}) // told to who asks for samples
      readers.set(message.reader, reader)
    } else if ('forget' in message) readers.delete(message.forget)
    else last = last.then(() => read(message))
  }
}

type Reads = (indices: Int32Array, items: readonly unknown[] | undefined, pass: number | undefined) => Promise<Samples>

async function prepare({ encoder: state, root, cache, among, items: all }: Setup): Promise<Reads> {
  if (among + 1 >= parallelism()) shareProcessors()
  const encoder = await restoreEncoder(state)
  const random = new Random()
  random.restore(root)
  const reader = new ItemReader(encoder, random, cache && remembering(encoder, cache, among))
  return (indices, items, pass) => reader.read(indices, place => (items ? items[place] : all![indices[place]!]), pass)
}

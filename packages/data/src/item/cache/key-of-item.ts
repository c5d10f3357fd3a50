import { read, Sha256, toBase64 } from '@onecycle/platform'
import { stampOf } from '#data/item-folder.js'

/**
 * What decides what is loaded of an item: of files path, size and time of change, of bytes their hash, of all else that itself, an address without
 * what lies there among it.
 */
export async function keyOfItem(item: unknown): Promise<unknown> {
  if (typeof item === 'string' || item instanceof URL) return (await stampOf(item)) ?? String(item)
  if (item instanceof Blob || item instanceof ArrayBuffer || ArrayBuffer.isView(item))
    return toBase64(new Sha256().update(await read(item as Blob)).digest())
  if (typeof item !== 'object' || item === null) return String(item)
  return Promise.all(Object.entries(item).map(async ([name, part]) => [name, await keyOfItem(part)]))
}

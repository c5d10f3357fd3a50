import { ItemFolder } from '#data/item-folder.js'
import type { ItemEncoder } from '../item-encoder.js'
import { stateOf } from '../restore.js'
import type { Load } from '../sample-reader.js'
import { ItemMemory } from './item-memory.js'
import { keyOfItem } from './key-of-item.js'

/** Where what was loaded of items is remembered. */
export interface Cache {
  /** Bytes of memory. */
  readonly bytes: number
  readonly dir?: string | undefined
  /** Bytes that all files of the folder may take. */
  readonly dirBytes: number
}

/** Changes when what encoders load does: folders of before are not looked into. */
const VERSION = 1

/**
 * An encoder's `load`, remembering what it gave: in memory, and in a folder. Errors are not remembered.
 *
 * @param among how many share the room
 * @throws TypeError for an encoder without a state, of which no folder can know what it does
 */
export function remembering(encoder: ItemEncoder, { bytes, dir, dirBytes }: Cache, among = 1): Load {
  const memory = new ItemMemory(bytes / among)
  const load =
    dir === undefined ? (item: unknown) => encoder.load(item) : throughFolder(encoder, new ItemFolder(dir, dirBytes, among))
  return async (item, index) => {
    const known = memory.get(index)
    if (known !== undefined) return known
    const loaded = await load(item)
    memory.set(index, loaded)
    return loaded
  }
}

function throughFolder(encoder: ItemEncoder, folder: ItemFolder): (item: unknown) => Promise<unknown> {
  const { kind, state } = stateOf(encoder)
  const how = [VERSION, kind, encoder.loading?.() ?? state]
  return async item => {
    const key = JSON.stringify([...how, await keyOfItem(item)])
    const known = await folder.get(key)
    if (known !== undefined) return known
    const loaded = await encoder.load(item)
    await folder.set(key, loaded)
    return loaded
  }
}

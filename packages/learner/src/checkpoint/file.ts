import { type FileSource, nameOf, read, show, writeWhole } from '@onecycle/platform'
import { hasChecksums, isSealed, noChecksum, seal } from './checksum.js'
import { pack, packed, unpack, weightsIn } from './packing.js'
import { encodeSafetensors, readArrays, readHeader, type SafetensorsContent } from './safetensors.js'
import type { Snapshot } from './snapshot.js'
import { addressToSave, sourceToLoad } from './source.js'

const format = 'onecycle-checkpoint-'
/** Files of version 1 have no checksum. */
const [unsealed, sealed] = [`${format}1`, `${format}2`]
/** Metadata of ours. */
const own = ['format', 'checksum', ...packed]

export interface SaveOptions {
  /** Whether the state of the optimizer, of the data's order and of random streams is saved too. Default true. */
  with_opt?: boolean | undefined
  /** Strings that are written beside, for other programs and {@link readMetadata}. */
  metadata?: Readonly<Record<string, string>> | undefined
}

/**
 * A snapshot as the bytes of a file, without `with_opt` its weights alone.
 *
 * @throws TypeError for metadata that are no strings or under names of our own.
 */
export async function encodeCheckpoint(snapshot: Snapshot, options: SaveOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
  const { with_opt = true, metadata: given = {} } = options
  checkMetadata(given)
  const { tensors, metadata } = pack(with_opt ? snapshot : { weights: snapshot.weights })
  if (!hasChecksums()) return encodeSafetensors({ tensors, metadata: { ...given, format: unsealed, ...metadata } })
  const bytes = encodeSafetensors({ tensors, metadata: { ...given, format: sealed, checksum: noChecksum, ...metadata } })
  await seal(bytes)
  return bytes
}

/**
 * Writes a snapshot under an address. Folders are made, `.safetensors` is added when missing. Resolves to the address in full.
 *
 * @throws Error when it cannot be written, and what was there stays; and as {@link addressToSave} and {@link encodeCheckpoint} do.
 */
export async function saveCheckpoint(address: string, snapshot: Snapshot, options: SaveOptions = {}): Promise<string> {
  const file = addressToSave(address)
  await writeWhole(file, await encodeCheckpoint(snapshot, options))
  return file
}

function checkMetadata(metadata: Readonly<Record<string, string>>): void {
  for (const [key, value] of Object.entries(metadata)) {
    if (own.includes(key)) throw new TypeError(`metadata cannot have ${key}, which the file says itself: choose another name.`)
    if (typeof value !== 'string')
      throw new TypeError(`metadata.${key} must be a string, as all metadata of a safetensors file, but it is ${show(value)}.`)
  }
}

/** A snapshot that was read, and why nobody knows whether it is as it was written, where nobody does. */
export type LoadedSnapshot = Snapshot & { readonly unchecked?: string }

/**
 * Reads what {@link saveCheckpoint} wrote, or {@link encodeCheckpoint} made.
 *
 * @throws Error when there is nothing, or what is there is truncated, damaged or foreign.
 */
export async function loadCheckpoint(given: FileSource, { with_opt = true } = {}): Promise<LoadedSnapshot> {
  const source = sourceToLoad(given)
  return parse(source, await read(source), ({ unchecked, ...content }) => ({
    ...(with_opt ? unpack(content) : { weights: weightsIn(content) }),
    ...(unchecked && { unchecked }),
  }))
}

/**
 * The metadata that a checkpoint was given; undefined when there is nothing under its address.
 *
 * @throws Error when what is there is truncated, damaged or foreign.
 */
export async function readMetadata(given: FileSource): Promise<Record<string, string> | undefined> {
  const source = sourceToLoad(given)
  const bytes = await read(source).catch(error => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  const theirs = ([key]: [string, string]) => !own.includes(key)
  if (!bytes) return undefined
  return parse(source, bytes, ({ metadata }) => Object.fromEntries(Object.entries(metadata).filter(theirs)))
}

async function parse<T>(
  source: FileSource,
  bytes: Uint8Array<ArrayBuffer>,
  pick: (content: SafetensorsContent & { unchecked: string | undefined }) => T,
): Promise<T> {
  try {
    const header = readHeader(bytes)
    const { metadata } = header
    // Before memory is taken for the values.
    const unchecked = await check(bytes, metadata)
    return pick({ metadata, tensors: readArrays(bytes, header), unchecked })
  } catch (cause) {
    throw new Error(`${nameOf(source)} cannot be loaded as a checkpoint: ${(cause as Error).message}.`, { cause })
  }
}

/** Says why the content could not be compared with a checksum, if it could not. Throws when it is not what was written. */
async function check(
  bytes: Uint8Array<ArrayBuffer>,
  { format: mark, checksum }: Record<string, string>,
): Promise<string | undefined> {
  if (mark === unsealed) return 'it has no checksum'
  if (!mark?.startsWith(format)) throw new Error(`it is a safetensors file of another origin, without the mark ${sealed}`)
  if (mark !== sealed) throw new Error(`its format is ${mark}, and this version of onecycle reads ${sealed} at most`)
  if (!hasChecksums()) return 'a page that came over plain http cannot compute checksums'
  if (!(await isSealed(bytes, checksum ?? ''))) throw new Error('it is not as it was written, by its checksum: it is damaged')
  return undefined
}

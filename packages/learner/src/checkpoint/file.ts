import {
  codeOf,
  type FileSource,
  joined,
  nameOf,
  nextTurn,
  type Opened,
  open,
  plainError,
  Sha256,
  show,
  typeError,
  writeWhole,
} from '@onecycle/platform'
import { isSealed, noChecksum, seal } from './checksum.js'
import { isWeight, pack, packed, unpack, weightsIn } from './packing.js'
import { inPieces } from './pieces.js'
import { layOut, readHead, readTensors, type SafetensorsContent, type SafetensorsHead } from './safetensors.js'
import type { Snapshot } from './snapshot.js'
import { addressToSave, sourceToLoad } from './source.js'

const format = 'onecycle-checkpoint-'
/** Files of version 1 have no checksum. */
const [unsealed, sealed] = [`${format}1`, `${format}2`]
/** Metadata of ours. */
const own = ['format', 'checksum', ...packed]

/** What `learn.save` is given: whether the optimizer is saved too, and what is written beside. */
export interface SaveOptions {
  /** Whether the state of the optimizer, of the data's order and of random streams is saved too. Default true. */
  with_opt?: boolean | undefined
  /** Strings that are written beside, for other programs. */
  metadata?: Readonly<Record<string, string>> | undefined
}

/**
 * A snapshot as a file lies, without `with_opt` its weights alone. What it holds is not copied, and not to be changed before all of it is
 * written.
 *
 * @throws TypeError for metadata that are no strings or under names of our own.
 */
async function encode(snapshot: Snapshot, options: SaveOptions): Promise<readonly Uint8Array[]> {
  const { with_opt = true, metadata: given = {} } = options
  checkMetadata(given)
  const { tensors, metadata } = pack(with_opt ? snapshot : { weights: snapshot.weights })
  const { head, values } = layOut({ tensors, metadata: { ...given, format: sealed, checksum: noChecksum, ...metadata } })
  const hash = new Sha256()
  for (const piece of inPieces(values)) {
    hash.update(piece)
    await nextTurn()
  }
  seal(head, hash)
  return [head, ...values]
}

/** A snapshot as the bytes of a file. Throws TypeError for metadata that are no strings or under names of our own. */
export async function encodeCheckpoint(snapshot: Snapshot, options: SaveOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
  return joined(await encode(snapshot, options))
}

/**
 * Writes a snapshot under an address, piece by piece. Folders are made, `.safetensors` is added when missing. Resolves to the address in full.
 *
 * @throws Error when it cannot be written, and what was there stays; and as {@link addressToSave} and {@link encodeCheckpoint} do.
 */
export async function saveCheckpoint(address: string, snapshot: Snapshot, options: SaveOptions = {}): Promise<string> {
  const file = addressToSave(address)
  await writeWhole(file, inPieces(await encode(snapshot, options)))
  return file
}

function checkMetadata(metadata: Readonly<Record<string, string>>): void {
  for (const [key, value] of Object.entries(metadata)) {
    if (own.includes(key))
      throw typeError('metadata', `metadata cannot have ${key}, which the file says itself: choose another name.`)
    if (typeof value !== 'string')
      throw typeError(
        'metadata',
        `metadata.${key} must be a string, as all metadata of a safetensors file, but it is ${show(value)}.`,
      )
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
  return parse(source, await open(source), async (file, head) => {
    const { tensors, unchecked } = await readChecked(file, head, with_opt ? undefined : isWeight)
    const content = { tensors, metadata: head.metadata }
    return { ...(with_opt ? unpack(content) : { weights: weightsIn(content) }), ...(unchecked && { unchecked }) }
  })
}

/**
 * The metadata that a checkpoint was given; undefined when there is nothing under its address.
 *
 * @throws Error when what is there is truncated, damaged or foreign.
 */
export async function readMetadata(given: FileSource): Promise<Record<string, string> | undefined> {
  const source = sourceToLoad(given)
  const opened = await open(source).catch(error => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (!opened) return undefined
  return parse(source, opened, async (file, head) => {
    await readChecked(file, head, () => false)
    return Object.fromEntries(Object.entries(head.metadata).filter(([key]) => !own.includes(key)))
  })
}

/** What is made of an opened file, which is closed then. */
async function parse<T>(source: FileSource, file: Opened, make: (file: Opened, head: SafetensorsHead) => Promise<T>): Promise<T> {
  try {
    return await make(file, await readHead(file))
  } catch (cause) {
    const reason = (cause as Error).message.replace(/\.$/, '')
    throw plainError(codeOf(cause, 'checkpoint-unreadable'), `${nameOf(source)} cannot be loaded as a checkpoint: ${reason}.`, {
      cause,
    })
  } finally {
    await file.close()
  }
}

/**
 * The tensors that are wanted, and why they could not be compared with a checksum, if they could not.
 *
 * @throws Error when the file is foreign, which is found before its values are read, or is not what was written
 */
async function readChecked(
  file: Opened,
  head: SafetensorsHead,
  wanted?: (name: string) => boolean,
): Promise<Pick<SafetensorsContent, 'tensors'> & { unchecked?: string }> {
  const { format: mark, checksum = '' } = head.metadata
  if (!mark?.startsWith(format))
    throw plainError('checkpoint-foreign', `it is a safetensors file of another origin, without the mark ${sealed}`)
  if (mark !== sealed && mark !== unsealed)
    throw plainError('newer-format', `its format is ${mark}, and this version of onecycle reads ${sealed} at most`)
  const hash = new Sha256()
  const tensors = await readTensors(file, head, { hear: piece => hash.update(piece), ...(wanted && { wanted }) })
  if (mark === unsealed) return { tensors, unchecked: 'it has no checksum' }
  if (!isSealed(head.head, checksum, hash))
    throw plainError('checkpoint-damaged', 'it is not as it was written, by its checksum: it is damaged')
  return { tensors }
}

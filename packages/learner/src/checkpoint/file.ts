import { absolutePath, read as readBytes, show, writeWhole } from '@onecycle/platform'
import { pack, packed, unpack, weightsIn } from './packing.js'
import { decodeSafetensors, encodeSafetensors, type SafetensorsContent } from './safetensors.js'
import type { Snapshot } from './snapshot.js'

const extension = '.safetensors'
const format = 'onecycle-checkpoint-1'
/** Metadata of ours. */
const own = ['format', ...packed]

export interface SaveOptions {
  /** Whether the state of the optimizer, of the data's order and of random streams is saved too. Default true. */
  with_opt?: boolean | undefined
  /** Strings that are written beside, for other programs and {@link readMetadata}. */
  metadata?: Readonly<Record<string, string>> | undefined
}

/**
 * Writes a snapshot, without `with_opt` its weights alone. Folders are made, `.safetensors` is added when missing. Resolves to the
 * file's path.
 *
 * @throws TypeError for a path without a file name, or metadata that are no strings or under names of our own; Error when the file
 * cannot be written, and what was there stays.
 */
export async function saveCheckpoint(path: string, snapshot: Snapshot, options: SaveOptions = {}): Promise<string> {
  const { with_opt = true, metadata: given = {} } = options
  const file = withExtension(path)
  checkMetadata(given)
  const { tensors, metadata } = pack(with_opt ? snapshot : { weights: snapshot.weights })
  await writeWhole(file, encodeSafetensors({ tensors, metadata: { ...given, format, ...metadata } })).catch(cause => {
    throw new Error(`Cannot write the checkpoint ${file}: ${cause.message}.`, { cause })
  })
  return file
}

function checkMetadata(metadata: Readonly<Record<string, string>>): void {
  for (const [key, value] of Object.entries(metadata)) {
    if (own.includes(key)) throw new TypeError(`metadata cannot have ${key}, which the file says itself: choose another name.`)
    if (typeof value !== 'string')
      throw new TypeError(`metadata.${key} must be a string, as all metadata of a safetensors file, but it is ${show(value)}.`)
  }
}

/**
 * Reads what {@link saveCheckpoint} wrote.
 *
 * @throws Error when the file is missing, truncated, damaged or foreign.
 */
export async function loadCheckpoint(path: string, { with_opt = true } = {}): Promise<Snapshot> {
  const file = withExtension(path)
  return read(file, await readWhole(file), content => (with_opt ? unpack(content) : { weights: weightsIn(content) }))
}

/**
 * The metadata that were given to {@link saveCheckpoint}; undefined when there is no such file.
 *
 * @throws Error when the file is truncated, damaged or foreign.
 */
export async function readMetadata(path: string): Promise<Record<string, string> | undefined> {
  const file = withExtension(path)
  const bytes = await readWhole(file).catch(error => {
    if (error.cause?.code === 'ENOENT') return undefined
    throw error
  })
  const theirs = ([key]: [string, string]) => !own.includes(key)
  if (!bytes) return undefined
  return read(file, bytes, ({ metadata }) => Object.fromEntries(Object.entries(metadata).filter(theirs)))
}

/** The path of a checkpoint's file. Throws TypeError for one without a file name. */
export function withExtension(path: string): string {
  if (typeof path !== 'string' || /(^|[\\/])(\.safetensors)?$/.test(path))
    throw new TypeError(`${show(path)} names no file for a checkpoint: give a path such as 'runs/best'.`)
  return absolutePath(path.endsWith(extension) ? path : path + extension)
}

async function readWhole(file: string): Promise<Uint8Array> {
  return readBytes(file).catch(cause => {
    throw new Error(`Cannot read the checkpoint ${file}: ${cause.code === 'ENOENT' ? 'there is no such file' : cause.message}.`, {
      cause,
    })
  })
}

function read<T>(file: string, bytes: Uint8Array, pick: (content: SafetensorsContent) => T): T {
  try {
    const content = decodeSafetensors(bytes)
    if (content.metadata['format'] !== format)
      throw new Error(`it is a safetensors file of another origin, without the mark ${format}`)
    return pick(content)
  } catch (cause) {
    throw new Error(`${file} is not a checkpoint that can be loaded: ${(cause as Error).message}.`, { cause })
  }
}

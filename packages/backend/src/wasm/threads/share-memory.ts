import { joined, plainError } from '@onecycle/platform'

const IMPORTS = 2
const MEMORIES = 5
/** Of a memory's limits: it has a maximum, and threads share it. */
const MAXIMUM = 1
const SHARED = 2
/** 4 GiB in pages of 64 KiB: as far as 32-bit addresses reach. */
const MOST_PAGES = 65_536

/**
 * The same WebAssembly module with its memory, defined or imported, marked as shared between threads; nothing else is changed.
 * A shared memory has to have a maximum: one that states none gets 4 GiB.
 *
 * @param bytes a module in binary form
 * @throws Error when it has no memory, or is no module
 *
 * @example
 * new WebAssembly.Module(shareMemory(readFileSync('kernels.wasm')))
 */
export function shareMemory(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  if (String.fromCharCode(...bytes.subarray(0, 4)) !== '\0asm')
    throw plainError('wasm-file', 'These bytes are no WebAssembly module.')
  for (let start = 8; start < bytes.length; ) {
    const id = bytes[start]!
    const [size, from] = readNumber(bytes, start + 1)
    const end = from + size
    const limits = id === MEMORIES ? readNumber(bytes, from)[1] : id === IMPORTS ? importedMemory(bytes, from) : undefined
    if (limits !== undefined) {
      const [shared, after] = sharedLimits(bytes, limits)
      const content = joined([bytes.subarray(from, limits), shared, bytes.subarray(after, end)])
      const section = [Uint8Array.of(id), writeNumber(content.length), content]
      return joined([bytes.subarray(0, start), ...section, bytes.subarray(end)])
    }
    start = end
  }
  throw plainError('wasm-file', 'This WebAssembly module has no memory.')
}

/** Where the limits of an imported memory stand. */
function importedMemory(bytes: Uint8Array, from: number): number | undefined {
  let [count, at] = readNumber(bytes, from)
  for (; count > 0; count--) {
    for (const _ of ['module', 'name']) {
      const [length, text] = readNumber(bytes, at)
      at = text + length
    }
    const kind = bytes[at++]
    if (kind === 2) return at
    if (kind === 0) at = readNumber(bytes, at)[1]
    if (kind === 1) at = readLimits(bytes, at + 1)[1]
    if (kind === 3) at += 2
  }
  return undefined
}

function sharedLimits(bytes: Uint8Array, at: number): [Uint8Array, number] {
  const [{ least, most = MOST_PAGES }, after] = readLimits(bytes, at)
  return [joined([Uint8Array.of(MAXIMUM | SHARED), writeNumber(least), writeNumber(most)]), after]
}

function readLimits(bytes: Uint8Array, at: number): [{ least: number; most?: number }, number] {
  const [least, after] = readNumber(bytes, at + 1)
  if (!(bytes[at]! & MAXIMUM)) return [{ least }, after]
  const [most, end] = readNumber(bytes, after)
  return [{ least, most }, end]
}

/** An unsigned number, seven bits a byte, and where it ends. */
function readNumber(bytes: Uint8Array, at: number): [value: number, end: number] {
  let value = 0
  for (let scale = 1; ; scale *= 128) {
    const byte = bytes[at++]
    if (byte === undefined) throw plainError('wasm-file', 'This WebAssembly module ends in the middle.')
    value += (byte & 127) * scale
    if (byte < 128) return [value, at]
  }
}

function writeNumber(value: number): Uint8Array {
  const bytes = []
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) | 128)
  return Uint8Array.of(...bytes, value)
}

import { Random } from '@onecycle/platform'
import { expect, it } from 'vitest'
import { encodeCheckpoint, loadCheckpoint } from './file.js'
import { decodeSafetensors, encodeSafetensors } from './testing/whole-file.js'

const snapshot = { weights: { w: { shape: [8], values: new Float32Array(8).map((_, i) => i / 3) } } }
const metadata = { note: `"checksum":"${'0'.repeat(64)}"` }

it('refuses every flipped bit', async () => {
  const bytes = await encodeCheckpoint(snapshot, { metadata })
  const random = new Random(3)
  expect(await loadCheckpoint(bytes)).toEqual(snapshot)
  for (let i = 0; i < 400; i++) {
    const [at, bit] = i < bytes.length ? [i, random.int(8)] : [random.int(bytes.length), random.int(8)]
    bytes[at]! ^= 1 << bit
    await expect(loadCheckpoint(bytes), `bit ${bit} of byte ${at}`).rejects.toThrow(/the bytes cannot be loaded as a checkpoint/)
    bytes[at]! ^= 1 << bit
  }
})

it('refuses a file whose checksum was left out', async () => {
  const { tensors, metadata } = await decodeSafetensors(await encodeCheckpoint(snapshot))
  const { checksum: _, ...others } = metadata
  await expect(loadCheckpoint(encodeSafetensors({ tensors, metadata: others }))).rejects.toThrow(/by its checksum/)
})

it('loads a file of the first version, and says that it was not checked', async () => {
  const { tensors } = await decodeSafetensors(await encodeCheckpoint(snapshot))
  const old = encodeSafetensors({ tensors, metadata: { format: 'onecycle-checkpoint-1' } })
  expect(await loadCheckpoint(old)).toEqual({ ...snapshot, unchecked: 'it has no checksum' })
})

it('refuses a file of a later version', async () => {
  const { tensors } = await decodeSafetensors(await encodeCheckpoint(snapshot))
  const later = encodeSafetensors({ tensors, metadata: { format: 'onecycle-checkpoint-9' } })
  await expect(loadCheckpoint(later)).rejects.toThrow(
    /onecycle-checkpoint-9, and this version of onecycle reads onecycle-checkpoint-2/,
  )
})

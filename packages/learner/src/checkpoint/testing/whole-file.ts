import { joined, open } from '@onecycle/platform'
import { layOut, type ReadingOptions, readHead, readTensors, type SafetensorsContent } from '../safetensors.js'

/** A safetensors file in memory. */
export function encodeSafetensors(content: SafetensorsContent): Uint8Array<ArrayBuffer> {
  const { head, values } = layOut(content)
  return joined([head, ...values])
}

/** What is in one. */
export async function decodeSafetensors(bytes: Uint8Array, options?: ReadingOptions): Promise<SafetensorsContent> {
  const file = await open(bytes)
  const head = await readHead(file)
  return { tensors: await readTensors(file, head, options), metadata: head.metadata }
}

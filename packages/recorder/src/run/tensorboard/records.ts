import { joined, type Message } from '@onecycle/platform'
import { maskedCrc32c } from './crc32c.js'

/** A message as a record of a TFRecord file: its length, then itself, each followed by its checksum. */
export function record(message: Message): Uint8Array<ArrayBuffer> {
  const content = message.encode()
  const length = new Uint8Array(8)
  new DataView(length.buffer).setBigUint64(0, BigInt(content.length), true)
  return joined([length, checksum(length), content, checksum(content)])
}

function checksum(bytes: Uint8Array): Uint8Array {
  const sum = new Uint8Array(4)
  new DataView(sum.buffer).setUint32(0, maskedCrc32c(bytes), true)
  return sum
}

import { crc32, deflateSync } from 'node:zlib'

/** A grey picture, as wide as it is high, as a file. */
export function png(grey: Uint8Array, side: number): Uint8Array {
  const rows = new Uint8Array(side * (side + 1))
  for (let row = 0; row < side; row++) rows.set(grey.subarray(row * side, (row + 1) * side), row * (side + 1) + 1)
  const chunk = (type: string, data: Uint8Array) => {
    const body = Buffer.concat([Buffer.from(type), data])
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
    length.writeUInt32BE(data.length)
    sum.writeUInt32BE(crc32(body))
    return Buffer.concat([length, body, sum])
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(side, 0)
  header.writeUInt32BE(side, 4)
  header.set([8, 0, 0, 0, 0], 8)
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', deflateSync(rows)), chunk('IEND', new Uint8Array())])
}

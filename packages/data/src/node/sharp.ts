interface Sharp {
  raw(): Sharp
  toBuffer(options: { resolveWithObject: true }): Promise<{
    data: Uint8Array<ArrayBuffer>
    info: { width: number; height: number; channels: number }
  }>
}

type SharpOf = (bytes: Uint8Array, options: { limitInputPixels: number; failOn: string }) => Sharp

let loading: Promise<SharpOf | undefined> | undefined

/** sharp, where it is installed. */
function load(): Promise<SharpOf | undefined> {
  loading ??= import('sharp').then(
    module => module.default as unknown as SharpOf,
    () => undefined,
  )
  return loading
}

/**
 * Decodes by sharp, on its threads; undefined where it is not installed.
 *
 * @throws Error for a damaged file, and one of more pixels than the limit
 */
export async function decodeBySharp(bytes: Uint8Array, maxPixels: number) {
  const sharp = await load()
  if (!sharp) return undefined
  const { data, info } = await sharp(bytes, { limitInputPixels: maxPixels, failOn: 'warning' })
    .raw()
    .toBuffer({ resolveWithObject: true })
  return {
    data: new Uint8Array(data.buffer, data.byteOffset, data.length),
    height: info.height,
    width: info.width,
    channels: info.channels,
  }
}

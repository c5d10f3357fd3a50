import { vegaRuntime } from '../svg.js'
import type { VegaLiteSpec } from '../vega.js'

/** The specification as PNG, `scale` pixels to a unit, in the page's fonts. Works in a Web Worker too. */
export async function toPng(spec: VegaLiteSpec, scale: number): Promise<Uint8Array<ArrayBuffer>> {
  const { compile, parse, View } = await vegaRuntime()
  const view = new View(parse(compile(spec as never).spec), { renderer: 'none' })
  try {
    const [width = 0, height = 0] =
      /width="([\d.]+)" height="([\d.]+)"/
        .exec(await view.toSVG())
        ?.slice(1)
        .map(Number) ?? []
    const canvas = new OffscreenCanvas(Math.round(width * scale), Math.round(height * scale))
    // Of its own, a worker has nothing that Vega would draw on.
    await view.toCanvas(scale, { externalContext: canvas.getContext('2d') })
    return new Uint8Array(await (await canvas.convertToBlob({ type: 'image/png' })).arrayBuffer())
  } finally {
    view.finalize()
  }
}

import { toSvg } from '../svg.js'
import type { VegaLiteSpec } from '../vega.js'

/** The specification as PNG, `scale` pixels to a unit. The font comes with us: without one every label would silently vanish. */
export async function toPng(spec: VegaLiteSpec, scale: number): Promise<Uint8Array<ArrayBuffer>> {
  const [{ Resvg, fonts }, svg] = await Promise.all([resvg(), toSvg(spec)])
  const drawing = new Resvg(
    // Of the two ways in which Vega asks for sharp pixels, resvg knows the older one, and takes the last.
    svg.replaceAll(' image-rendering: pixelated;', ''),
    { fitTo: { mode: 'zoom', value: scale }, font: { fontBuffers: fonts, defaultFontFamily: 'DejaVu Sans' } },
  )
  try {
    const image = drawing.render()
    try {
      return image.asPng() as Uint8Array<ArrayBuffer>
    } finally {
      image.free()
    }
  } finally {
    drawing.free()
  }
}

let loaded: ReturnType<typeof load> | undefined
const resvg = () => (loaded ??= load())

async function load() {
  const [{ initWasm, Resvg }, files] = await Promise.all([import('./resvg/engine.js'), import('./resvg/files.js')])
  const [, fonts] = await Promise.all([initWasm(files.wasm()), files.fonts()])
  return { Resvg, fonts }
}

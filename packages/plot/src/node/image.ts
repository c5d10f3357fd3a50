import { fileURLToPath } from 'node:url'
import { toSvg } from '../svg.js'
import type { VegaLiteSpec } from '../vega.js'

/** The specification as PNG, `scale` pixels to a unit. The font comes with us: without one every label would silently vanish. */
export async function toPng(spec: VegaLiteSpec, scale: number): Promise<Uint8Array<ArrayBuffer>> {
  const { Resvg } = await import('@resvg/resvg-js')
  const fontFiles = ['DejaVuSans', 'DejaVuSans-Bold'].map(name =>
    fileURLToPath(new URL(`../../fonts/${name}.ttf`, import.meta.url)),
  )
  const options = {
    fitTo: { mode: 'zoom' as const, value: scale },
    font: { loadSystemFonts: false, fontFiles, defaultFontFamily: 'DejaVu Sans' },
  }
  // Of the two ways in which Vega asks for sharp pixels, resvg knows the older one, and takes the last.
  const svg = (await toSvg(spec)).replaceAll(' image-rendering: pixelated;', '')
  return new Resvg(svg, options).render().asPng() as Buffer<ArrayBuffer>
}

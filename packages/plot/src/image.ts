import { fileURLToPath } from 'node:url'
import { show } from '@onecycle/platform'
import type { VegaLiteSpec } from './vega.js'

/** The specification as SVG. Vega is loaded when the first plot is drawn, not with the package. */
export async function toSvg(spec: VegaLiteSpec): Promise<string> {
  const { compile, parse, View } = await import('./vega-runtime.js')
  const compiled = compile(spec as unknown as Parameters<typeof compile>[0])
  const view = new View(parse(compiled.spec), { renderer: 'none' })
  try {
    return await view.toSVG()
  } finally {
    view.finalize()
  }
}

/** The SVG as PNG, `scale` pixels to a unit. The font comes with us: without one every label would silently vanish. */
export async function toPng(svg: string, scale: number): Promise<Uint8Array> {
  if (!(typeof scale === 'number' && scale > 0 && scale <= 16))
    throw new RangeError(`scale is ${show(scale)}, and must be more than 0 and at most 16, such as 2.`)
  const { Resvg } = await import('@resvg/resvg-js')
  const fontFiles = ['DejaVuSans', 'DejaVuSans-Bold'].map(name => fileURLToPath(new URL(`../fonts/${name}.ttf`, import.meta.url)))
  const options = {
    fitTo: { mode: 'zoom' as const, value: scale },
    font: { loadSystemFonts: false, fontFiles, defaultFontFamily: 'DejaVu Sans' },
  }
  return new Resvg(svg, options).render().asPng()
}

import type { VegaLiteSpec } from './vega.js'

/** Vega, which is loaded when the first plot is drawn, not with the package. */
export const vegaRuntime = () => import('./vega-runtime.js')

/** The specification as SVG. */
export async function toSvg(spec: VegaLiteSpec): Promise<string> {
  const { compile, parse, View } = await vegaRuntime()
  const view = new View(parse(compile(spec as never).spec), { renderer: 'none' })
  try {
    return await view.toSVG()
  } finally {
    view.finalize()
  }
}

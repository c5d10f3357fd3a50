// The parts of Vega that draw, in one module that the build packs with all that they need (bundle.mjs): Vega brings 68 packages.

export { parse, View } from 'vega'
export { compile } from 'vega-lite'
// @ts-expect-error It has no types.
export { textMetrics } from 'vega-scenegraph'

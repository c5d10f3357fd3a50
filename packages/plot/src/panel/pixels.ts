import type { Json } from '../json.js'

const place = (field: 'x' | 'y'): Json => ({ field, type: 'quantitative', scale: null, axis: null })

/** Places in pixels from the top left, for a panel without axes. */
export const pixels: Json = { x: place('x'), y: place('y') }

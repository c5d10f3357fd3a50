/**
 * What the other packages of onecycle use of this one, and no program needs: it may change at any time.
 *
 * @module
 */
export { showKinds } from './plot.js'
export { formatNumber } from './render/number.js'

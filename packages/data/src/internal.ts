/**
 * What the other packages of onecycle use of this one, and no program needs: it may change at any time.
 *
 * @module
 */
export { disposeOf, isSynchronous } from './batch.js'
export { isTypedArray } from './column.js'
export { inOrder } from './in-order.js'
export { flatNumbers } from './nested-numbers.js'
export { restoreInputs } from './restore-inputs.js'
export { streaming } from './streaming.js'
export type { RowInputsState } from './table/row-inputs.js'

/**
 * What the other packages of onecycle use of this one, and no program needs: it may change at any time.
 *
 * @module
 */
export { disposeOf, isSynchronous } from './batch.js'
export { isTypedArray } from './column.js'
export { inOrder } from './in-order.js'
export { type KindState, restoreEncoder, restorePart } from './item/restore.js'
export { type Labelled, SampleEncoder, type SampleEncoderState } from './item/sample-encoder.js'
export { flatNumbers } from './nested-numbers.js'
export { tableFrom } from './table/table-from.js'
export { type TabularInputs, TabularPreprocessor, type TabularState } from './table/tabular-preprocessor.js'

/**
 * Everything in one import: `Learner`, `datasets`, `simple_cnn`, metrics, losses, optimizers, schedules, callbacks and plots.
 *
 * With it the TensorFlow.js backend is chosen by `await ready()`, or by a Learner when it first trains or measures, unless the
 * program has chosen one until then (`tf.setBackend`, or `useBackend`), which is left alone. `ONECYCLE_BACKEND` forces a choice. The
 * packages behind it, such as `@onecycle/learner`, choose nothing.
 *
 * @module
 */
import { addFileHandlers, chooseLater } from '@onecycle/backend/internal'
// Also in programs that take nothing of models.
import '@onecycle/learner/tensor-methods'

export {
  type BackendDiagnosis,
  type BackendName,
  type BackendReport,
  backendNames,
  type Diagnosis,
  type Doctor,
  describe,
  diagnose,
  doctor,
  ready,
  setWasmPath,
  type UseBackendOptions,
  useBackend,
  type WasmDiagnosis,
} from '@onecycle/backend'
export * from '@onecycle/callbacks'
export type { Tensors } from '@onecycle/data'
export * from '@onecycle/data'
// Two packages have these names; here they mean what a program passes to the Learner and gets from a batch.
export type { LrFindOptions } from '@onecycle/learner'
export * from '@onecycle/learner'
export { type FileSource, Random, type RandomState, writeWhole } from '@onecycle/platform'
export {
  type Axis,
  type BarPanelOptions,
  barPanel,
  type Chart,
  type ColorScaleKind,
  type DotPanelOptions,
  type DrawOptions,
  dotPanel,
  type HeatAxis,
  type HeatPanelOptions,
  heatPanel,
  type LiveChart,
  type Mark,
  type MountedPlot,
  type MountOptions,
  type NamedAxis,
  type Panel,
  type ParallelAxis,
  type ParallelPanelOptions,
  type Picture,
  type PicturesPanelOptions,
  Plot,
  type PngOptions,
  parallelPanel,
  picturesPanel,
  type Series,
  type SeriesStyle,
  type ShowOptions,
  type TablePanelOptions,
  tablePanel,
  type VegaLiteSpec,
} from '@onecycle/plot'
export * from '@onecycle/recorder'

chooseLater()
addFileHandlers()

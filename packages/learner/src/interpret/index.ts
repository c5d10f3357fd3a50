export type { CalibrationBin } from './calibration.js'
export {
  type CalibrationOptions,
  ClassificationInterpretation,
  type ConfusionMatrixOptions,
} from './classification-interpretation.js'
export type { ClassificationReport, ReportRow } from './classification-report.js'
export { type CrossValidation, cross_validate } from './cross-validate.js'
export {
  type FeatureImportance,
  type FeatureImportanceOptions,
  feature_importance,
  type Importance,
} from './feature-importance.js'
export type { Interpretation, InterpretationOptions, PlotSamplesOptions, TopLoss, TopLossesOptions } from './interpretation.js'
export { RegressionInterpretation } from './regression-interpretation.js'
export type { ShowResultsOptions } from './show-results.js'

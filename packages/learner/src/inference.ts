/**
 * Predicts with what `learn.export` wrote, and loads nothing that trains.
 *
 * @module
 */
export type { Row } from '@onecycle/data'
export type { Answer, ClassAnswer, LabelsAnswer, Meaning, StepsAnswer, ValueAnswer } from './export/answer.js'
export type { Manifest } from './export/manifest.js'
export type { PredictCsvOptions, PredictedCsv } from './export/predict-csv.js'
export { type ExportSource, load_learner, Predictor } from './export/predictor.js'

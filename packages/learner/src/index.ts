/**
 * The training loop and the ways to ask for it: optimizers, losses, metrics, models, techniques, checkpoints. It chooses no backend.
 *
 * @example
 * import { datasets } from '@onecycle/data'
 * import { accuracy, Learner, simple_cnn } from '@onecycle/learner'
 * const learn = new Learner(await datasets.mnist_sample(), simple_cnn([3, 16, 16, 2]), { metrics: [accuracy] })
 *
 * @module
 */
export { InterruptedError } from '@onecycle/platform'
export { Checkpoint, type CheckpointOptions } from './checkpoint/checkpoint-callback.js'
export type { SaveOptions } from './checkpoint/file.js'
export type { KeepOptions } from './checkpoint/keep.js'
export type { LoadOptions, LoadReport } from './checkpoint/load.js'
export type { TakeUpOptions } from './checkpoint/resume.js'
export type { Snapshot } from './checkpoint/snapshot.js'
export type { Communicator } from './distributed/communicator.js'
export { DivergedError } from './diverged.js'
export type { Answer, ClassAnswer, LabelsAnswer, Meaning, StepsAnswer, ValueAnswer } from './export/answer.js'
export type { ExportFiles } from './export/export-files.js'
export type { GenerateOptions } from './export/generate.js'
export type { Manifest } from './export/manifest.js'
export type { PredictCsvOptions, PredictedCsv } from './export/predict-csv.js'
export { type ExportSource, load_learner, Predictor } from './export/predictor.js'
export type { ResumeOptions } from './fit/options.js'
export * from './inspect/index.js'
export * from './interpret/index.js'
export {
  type FineTuneFitOptions,
  type FitCall,
  type FitOptions,
  type FlatCosFitOptions,
  Learner,
  type LearnerOptions,
  type LrFindOptions,
  type OneCycleFitOptions,
  type SgdrFitOptions,
  type TrainOptions,
} from './learner.js'
export { type CollabLearnerOptions, collab_learner } from './learners/collab-learner.js'
export { ItemLearner } from './learners/item-learner.js'
export {
  LanguageLearner,
  type LanguageModelLearnerOptions,
  language_model_learner,
} from './learners/language-model-learner.js'
export { type TtaOptions, VisionLearner } from './learners/picture-learner.js'
export { type SequenceLearnerOptions, sequence_learner } from './learners/sequence-learner.js'
export { TabularLearner, type TabularLearnerOptions, tabular_learner } from './learners/tabular-learner.js'
export {
  type TextClassifierLearnerOptions,
  TextLearner,
  text_classifier_learner,
} from './learners/text-classifier-learner.js'
export { type UnetLearnerOptions, unet_learner } from './learners/unet-learner.js'
export { type VisionArch, type VisionLearnerOptions, type VisionModel, vision_learner } from './learners/vision-learner.js'
export { binary_cross_entropy, probability_binary_cross_entropy } from './loss/binary-cross-entropy.js'
export {
  type BinaryFocalOptions,
  binary_focal_loss,
  type WeightedBinaryOptions,
  weighted_binary_cross_entropy,
} from './loss/binary-cross-entropy-forms.js'
export { cross_entropy, probability_cross_entropy } from './loss/cross-entropy.js'
export {
  type CrossEntropyOptions,
  type FocalLossOptions,
  focal_loss,
  type LabelSmoothingOptions,
  label_smoothing_cross_entropy,
  weighted_cross_entropy,
} from './loss/cross-entropy-forms.js'
export { inferLoss } from './loss/infer-loss.js'
export { type LossFunction, type LossFunctionOptions, lossFunction } from './loss/loss-function.js'
export type { LossName } from './loss/loss-of.js'
export { mae, mse } from './loss/regression.js'
export type { LrFindResult } from './lr-find/lr-finder.js'
export { BalancedAccuracy, CohenKappa, MatthewsCorrCoef } from './metric/agreement.js'
export type { AveragedMetricOptions } from './metric/averaged-metric.js'
export { type AccuracyThreshOptions, accuracy, accuracy_thresh, error_rate, top_k_accuracy } from './metric/classification.js'
export { AverageMetric, type AverageMetricOptions, type Metric, type MetricFunction, type Predictions } from './metric/metric.js'
export type { MetricLike, MetricName } from './metric/metrics-of.js'
export { ExplainedVariance, type MomentMetricOptions, R2Score } from './metric/moments.js'
export { Dice, DiceMulti, JaccardCoeff } from './metric/overlap.js'
export type { ClassMetricOptions } from './metric/pass-metric.js'
export { Perplexity, type PerplexityOptions } from './metric/perplexity.js'
export { F1Score, FBeta, type FBetaOptions, Precision, Recall } from './metric/precision-recall.js'
export { APScoreBinary, APScoreMulti, type RankMetricOptions, RocAuc } from './metric/ranking.js'
export { RootMeanSquaredError } from './metric/regression.js'
export type { NamedTensors } from './model/arrange-inputs.js'
export { MultiHeadAttention, type MultiHeadAttentionOptions } from './model/attention/multi-head-attention.js'
export { PositionalEmbedding, type PositionalEmbeddingOptions } from './model/attention/positional-embedding.js'
export { TransformerBlock, type TransformerBlockOptions } from './model/attention/transformer-block.js'
export {
  CategoryEmbeddings,
  type CategoryEmbeddingsOptions,
  type EmbeddingSize,
  emb_sz_rule,
} from './model/category-embeddings.js'
export { ConvLayer, type ConvLayerOptions } from './model/conv-layer.js'
export { EmbeddingDotBias, type EmbeddingDotBiasOptions } from './model/embedding-dot-bias.js'
export { create_body } from './model/image/create-body.js'
export { type AddHeadOptions, add_head, type HeadOptions } from './model/image/create-head.js'
export { digits_body } from './model/image/digits-body.js'
export { type ResnetOptions, resnet18, resnet34 } from './model/image/resnet.js'
export { type Resnet9Options, resnet9 } from './model/image/resnet9.js'
export { type UnetOptions, unet } from './model/image/unet.js'
export { type LanguageModelOptions, language_model } from './model/language-model.js'
export type { LayerGroups } from './model/layer-groups.js'
export { type MlpOptions, mlp } from './model/mlp.js'
export { GRU, type GRUOptions } from './model/recurrent/gru.js'
export type { Samples } from './model/sample-tensors.js'
export { type SequenceModelOptions, sequence_model } from './model/sequence-model.js'
export { type Range, SigmoidRange, type SigmoidRangeOptions } from './model/sigmoid-range.js'
export { type SimpleCnnOptions, simple_cnn } from './model/simple-cnn.js'
export { type TabularModelOptions, tabular_model } from './model/tabular-model.js'
export { type TextClassifierOptions, text_classifier } from './model/text-classifier.js'
export { TokenMask, type TokenMaskOptions } from './model/token-mask.js'
export type { Model, TrainableModel } from './model/trainable-model.js'
export * from './optimizer/index.js'
export type { RandomStreams, RandomStreamsState } from './random/random-streams.js'
export * from './technique/index.js'
export { TrainingLoop } from './training-loop.js'
export type { Outcomes } from './work/outcomes.js'

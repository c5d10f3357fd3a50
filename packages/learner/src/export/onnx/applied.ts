import type { Tensor } from '@tensorflow/tfjs-core'
import type { Layer } from '../../model/trainable-model.js'
import type { OnnxGraph, Sides } from './onnx-graph.js'

/** Options of TensorFlow.js's layers, of which each has its own. */
export interface LayerConfig {
  readonly axis: number
  readonly scale: boolean
  readonly center: boolean
  readonly epsilon: number
  readonly activation: string
  readonly alpha: number
  readonly maskValue: number
  readonly maxValue: number | null | undefined
  readonly dims: readonly number[]
  readonly padding: unknown
  readonly cropping: readonly [readonly [number, number], readonly [number, number]]
  readonly normalize: boolean
  readonly strides: number | readonly number[]
  readonly poolSize: number | readonly number[]
  readonly dilationRate: number | readonly number[] | null
  readonly dataFormat: string
  readonly interpolation: string
  readonly size: number | readonly number[]
}

/** A layer where it is applied: its options, its weights, and the shapes around it. */
export interface Applied {
  readonly graph: OnnxGraph
  readonly layer: Layer
  readonly config: LayerConfig
  readonly weights: readonly Tensor[]
  /** Names of what goes in. */
  readonly xs: readonly string[]
  /** That of the steps of the first which count, where not all do: see `masks.ts`. */
  readonly mask: string | undefined
  readonly inputShape: Sides
  readonly outputShape: Sides
}

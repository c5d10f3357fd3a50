import { initializers, input, layers, type SymbolicTensor } from '@tensorflow/tfjs-layers'

type DenseOptions = Parameters<typeof layers.dense>[0]

/** As TensorFlow.js's layers take it: an initializer, its name, or its JSON. */
export type InitializerOption = NonNullable<DenseOptions['kernelInitializer']>
type Initializer = ReturnType<typeof initializers.zeros>

/** How the weights of a layer of several begin. */
export interface InitialWeights {
  readonly kernelInitializer?: InitializerOption | undefined
  readonly biasInitializer?: InitializerOption | undefined
  readonly seed?: number | undefined
}

/** Options of a Dense layer, the `place`-th of a layer of ours. */
export function initialWeights(
  { kernelInitializer, biasInitializer, seed }: InitialWeights,
  place: number,
): Partial<DenseOptions> {
  const kernel = kernelInitializer ?? initializers.glorotUniform(seedOption(seed))
  return { kernelInitializer: initializerAt(kernel, place), ...(biasInitializer && { biasInitializer }) }
}

/** TensorFlow.js takes the seed 0 for none. */
export function seedOption(seed: number | undefined): { seed: number } {
  return (seed === undefined ? {} : { seed: seed + 1 }) as { seed: number }
}

/** The `place`-th of several that are alike: where it has a seed another one, or all of them would give the same weights. */
export function initializerAt(given: InitializerOption, place: number): Initializer {
  const { kernelInitializer: own } = layers.dense({ units: 1, kernelInitializer: given }) as unknown as {
    kernelInitializer: Initializer
  }
  const { seed } = own.getConfig()
  if (typeof seed !== 'number') return own
  const { fromConfig } = own.constructor as unknown as { fromConfig(type: unknown, config: object): Initializer }
  return fromConfig(own.constructor, { ...own.getConfig(), seed: seed + place })
}

/** An initializer as a layer's options have it. */
export function initializerConfig(given: InitializerOption) {
  return layers.dense({ units: 1, kernelInitializer: given }).getConfig()['kernelInitializer']!
}

/** {@link InitialWeights} as they stand in a layer's JSON. */
export function initialConfig({ kernelInitializer, biasInitializer, seed }: InitialWeights): object {
  return {
    ...(kernelInitializer && { kernelInitializer: initializerConfig(kernelInitializer) }),
    ...(biasInitializer && { biasInitializer: initializerConfig(biasInitializer) }),
    ...(seed !== undefined && { seed }),
  }
}

type Shape = (number | null)[]

/** Builds a layer that another one keeps, under the names of both, by which a file tells their weights apart. */
export function buildInner(layer: layers.Layer, ...shapes: Shape[]): void {
  const symbolic = shapes.map(batchShape => input({ batchShape }))
  layer.apply(symbolic.length === 1 ? symbolic[0]! : (symbolic as SymbolicTensor[]))
}

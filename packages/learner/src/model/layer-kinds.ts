import { type Kinds, kind } from '@onecycle/platform'
import type { layers } from '@tensorflow/tfjs-layers'

/** What TensorFlow.js takes of all layers, and what comes with a model's JSON. */
type CommonOptions = ConstructorParameters<typeof layers.Layer>[0] & { customObjects?: object }

/** Options of a layer of ours, with those that TensorFlow.js has for all layers. */
export type LayerOptions<Own> = Own & CommonOptions

/** The kinds of those that all layers have, which TensorFlow.js looks at. */
export const commonKinds: Kinds<CommonOptions> = {
  ...{ name: kind.string, trainable: kind.boolean, inputShape: kind.list, batchInputShape: kind.list, batchSize: kind.number },
  ...{ dtype: kind.string, inputDType: kind.string, weights: kind.list, customObjects: kind.object },
}

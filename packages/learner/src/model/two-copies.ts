import { typeError } from '@onecycle/platform'
import { engine, type Variable } from '@tensorflow/tfjs-core'
import { layers, version_layers } from '@tensorflow/tfjs-layers'
import { labelOf, layersOf } from './layers.js'
import { weightsOf } from './parameters.js'
import type { Layer, Model } from './trainable-model.js'

/**
 * @throws TypeError for a model, or a layer in one, that another copy of TensorFlow.js made: half of what it says would be understood.
 */
export function refuseOtherCopies(model: Model): void {
  for (const layer of layersOf(model)) {
    if (isOfThisCopy(layer)) continue
    const what = layer === model ? 'The model' : `The layer ${labelOf(layer)} of the model`
    throw twoCopies(what, '@tensorflow/tfjs-layers', versionBehind(layer), version_layers)
  }
  const foreign = weightsOf(model).find(({ variable }) => !variable.isDisposed && !isOurs(variable))
  if (foreign) throw twoCopies(`The weight ${foreign.name} of the model`, '@tensorflow/tfjs-core', undefined, version_layers)
}

function twoCopies(what: string, part: string, theirs: string | undefined, ours: string): TypeError {
  return typeError(
    'two-copies',
    `${what} was made by another copy of ${part} (${theirs ?? 'its version is not known'}) than the one that onecycle uses (${ours}). ` +
      `Two copies do not know each other's layers, so a program needs to have one. Run npm install @tensorflow/tfjs@${ours} and npm dedupe. ` +
      `npm ls ${part} shows who brings another; where that is a package of others, put "overrides": { "@tensorflow/tfjs": "${ours}" } into package.json.`,
  )
}

function isOfThisCopy(layer: unknown): boolean {
  return layer instanceof layers.Layer
}

/** What a model of any copy writes into its JSON; a layer alone does not say it. */
function versionBehind(layer: Layer): string | undefined {
  try {
    const { keras_version } = JSON.parse((layer as unknown as { toJSON(): string }).toJSON())
    return /[\d.]+\S*$/.exec(keras_version)?.[0]
  } catch {
    return undefined
  }
}

/** Copies of tfjs-core share one engine where they find each other's. */
function isOurs(variable: Variable): boolean {
  const { state } = engine() as unknown as { state: { tensorInfo: WeakMap<object, unknown> } }
  return state.tensorInfo.has(variable.dataId)
}

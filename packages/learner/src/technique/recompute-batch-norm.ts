import type { Batch } from '@onecycle/data'
import { disposeOf, inOrder } from '@onecycle/data/internal'
import { tidy } from '@tensorflow/tfjs-core'
import type { Learner } from '../learner.js'
import { arrangeInputs, inputNamesOf } from '../model/arrange-inputs.js'
import { ForwardPass } from '../model/forward-pass.js'
import { keepingStates } from '../model/layer-states.js'
import { layersOf } from '../model/layers.js'
import { isNormalization } from '../model/normalization.js'
import { type Layer, variableOf } from '../model/trainable-model.js'
import { drawFrom } from '../random/draws.js'
import { gathered } from '../random/random-streams.js'
import { Pace } from '../work/pace.js'

interface BatchNorm extends Layer {
  momentum: number
  readonly movingMean: unknown
}

/**
 * Has batch norms that train compute their running statistics anew, for weights that they have not seen: the mean over one pass
 * of the training data, each batch by its size. The pass leaves all else as it is, what is random too.
 *
 * Source: fastai 0.7's `fix_batchnorm`.
 */
export async function recomputeBatchNorm(learn: Learner): Promise<void> {
  const { model, data, random } = learn
  const trained = new Set(learn.trained.map(({ variable }) => variable))
  const trains = (layer: Layer) =>
    layer.trainable && (layer.trainableWeights.length === 0 || layer.trainableWeights.some(each => trained.has(variableOf(each))))
  const normalizations = layersOf(model).filter(isNormalization)
  const norms = normalizations.filter((layer): layer is BatchNorm => 'movingMean' in layer && trains(layer))
  if (norms.length === 0) return
  const momenta = norms.map(({ momentum }) => momentum)
  const names = inputNamesOf(model) ?? data.inputNames
  const pass = new ForwardPass(model)
  pass.hold(normalizations.filter(layer => !trains(layer)))
  const pace = new Pace()
  let seen = 0
  let i = 0
  // By itself each rank goes through all of the data.
  const together = learn.ranks?.norms
  const forward = ({ xs, inputNames }: Batch, size: number) => {
    for (const norm of norms) norm.momentum = seen / (seen + size)
    drawFrom(random.validation(i++), () => tidy(() => void pass.run(arrangeInputs(xs, inputNames, names), true)))
    seen += size
  }
  try {
    await keepingStates(model, () =>
      inOrder(together ? learn.train_dl : data.train_dl, async stream => {
        for await (const batch of gathered(stream, random, false)) {
          try {
            forward(batch, (await together?.beside(stream, i, batch.size)) ?? batch.size)
          } finally {
            together?.apart()
            disposeOf(batch)
          }
          await pace.letOthersRun()
        }
      }),
    )
  } finally {
    norms.forEach((norm, at) => {
      norm.momentum = momenta[at]!
    })
  }
}

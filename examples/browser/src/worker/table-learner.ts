import { accuracy, DataBunch, Learner, mae } from 'onecycle'
import { initializers, layers, type Sequential, sequential } from 'onecycle/tf'
import type { Encoded } from './table.js'

let model: Sequential | undefined

/** Two hidden layers, as wide as most tables need. */
export function tableLearner({ width, train, valid, classes }: Encoded, seed: number): Learner {
  const bs = Math.max(8, Math.min(64, 2 ** Math.floor(Math.log2(train.length / 8))))
  const data = DataBunch.from_arrays({
    ...{ x: train.x, y: train.y, shape: [width], valid: { x: valid.x, y: valid.y }, bs, seed },
    ...(classes && { classes }),
  })
  const dense = (units: number, at: number, options: object = {}) =>
    layers.dense({ units, kernelInitializer: initializers.heNormal({ seed: seed + at }), ...options })
  model?.dispose()
  model = sequential({
    layers: [
      dense(64, 1, { activation: 'relu', inputShape: [width] }),
      dense(32, 2, { activation: 'relu' }),
      dense(classes ? classes.length : 1, 3, { ...(classes ? {} : { kernelInitializer: 'zeros' }) }),
    ],
  })
  return new Learner(data, model, { metrics: [classes ? accuracy : mae], seed, progress: false, log: false })
}

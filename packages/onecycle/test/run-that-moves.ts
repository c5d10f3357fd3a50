import { type Callback, CancelFit, DataBunch, type History, Learner, type OneCycleFitOptions, Random } from 'onecycle'
import { initializers, layers, sequential } from 'onecycle/tf'

const [side, count, epochs] = [10, 240, 4]

/** Noisy pictures of upright or lying bars, the same wherever they are made: no function of the engine's own has a part in them. */
function pictures(): DataBunch {
  const random = new Random(7)
  const y = Int32Array.from({ length: count }, (_, i) => i % 2)
  const x = Float32Array.from({ length: count * side * side }, () => random.uniform())
  for (const [picture, label] of y.entries()) {
    const at = 2 + random.int(side - 4)
    for (let i = 2; i < side - 2; i++) x[picture * side * side + (label ? at * side + i : i * side + at)]! += 1
  }
  return DataBunch.from_arrays({ x, y, shape: [side, side, 1], bs: 16, valid_pct: 0.25, seed: 1 })
}

/** A Learner with all that a run carries along: an order of the data, dropout, statistics, and an optimizer that remembers. */
export function learner(): Learner {
  const init = (seed: number) => ({ kernelInitializer: initializers.randomUniform({ minval: -0.2, maxval: 0.2, seed }) })
  const model = sequential({
    layers: [
      layers.conv2d({ filters: 4, kernelSize: 3, inputShape: [side, side, 1], activation: 'relu', ...init(1) }),
      layers.batchNormalization(),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.conv2d({ filters: 8, kernelSize: 3, activation: 'relu', ...init(2) }),
      layers.flatten(),
      layers.dropout({ rate: 0.25 }),
      layers.dense({ units: 2, ...init(3) }),
    ],
  })
  return new Learner(pictures(), model, { seed: 5, metrics: ['accuracy'], progress: false, log: false })
}

const stop: Callback = {
  name: 'stop',
  order: 70,
  after_epoch() {
    throw new CancelFit()
  },
}

export function whole(learn: Learner, options: OneCycleFitOptions = {}): Promise<History> {
  return learn.fit_one_cycle(epochs, 0.03, options)
}

export function firstEpoch(learn: Learner): Promise<History> {
  return whole(learn, { callbacks: [stop] })
}

export function rest(learn: Learner): Promise<History> {
  return whole(learn, { start_epoch: 1 })
}

/** The gradients of the first step after the first epoch. */
export async function nextGradients(learn: Learner): Promise<number[][]> {
  const gradients: number[][] = []
  const look: Callback<Learner> = {
    name: 'look',
    async after_backward({ grads }) {
      for (const gradient of Object.values(grads!)) gradients.push([...(await gradient.data())])
      throw new CancelFit()
    },
  }
  await whole(learn, { start_epoch: 1, callbacks: [look] })
  return gradients
}

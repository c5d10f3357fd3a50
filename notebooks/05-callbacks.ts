// # Callbacks from scratch
//
// The training loop of this library is bare. Progress, history, schedules, checkpoints, clipping: all are callbacks, made by the same few means
// that you have. This notebook begins with three lines, and ends with a schedule, a chart and a memory of your own.

// %%
import assert from 'node:assert/strict'
import {
  accuracy,
  type Callback,
  CancelFit,
  CancelStep,
  CancelTrain,
  datasets,
  events,
  Learner,
  mlp,
  Plot,
  type TrainingState,
  type Weights,
} from 'onecycle'
import { add, norm, randomNormal, stack, type Tensor, tidy } from 'onecycle/tf'

const data = await datasets.iris({ seed: 1 })
const fresh = () => new Learner(data, mlp([4, 16, 3], { seed: 1 }), { metrics: [accuracy], seed: 1, progress: false })
data

// %% [markdown]
// ## Listen
// A callback is an object with methods named after events. It is handed to a fit, and gets the Learner whenever its event comes.

// %%
const tell: Callback = {
  after_epoch({ epoch, values }) {
    console.log(`epoch ${epoch}: loss ${values['valid_loss']!.toFixed(3)}, accuracy ${values['accuracy']!.toFixed(3)}`)
  },
}
await fresh().fit(1e-2, 4, { callbacks: tell })

// %% [markdown]
// ## Which events are there?
// Let us ask them: a callback that hears all, and another one that ends the training pass after a batch. What is heard is indented by the part that it
// lies in.

// %%
const heard: string[] = []
const hearAll: Callback = Object.fromEntries(events.map(event => [event, () => void heard.push(event)]))
const oneBatch: Callback = {
  after_batch({ training }) {
    if (training) throw new CancelTrain()
  },
}
await fresh().fit(1e-2, 1, { callbacks: [hearAll, oneBatch] })

let depth = 0
for (const event of heard) {
  const [, edge] = /^(before|after)_(fit|epoch|train|validate|batch)$/.exec(event) ?? []
  if (edge === 'after') depth--
  console.log('  '.repeat(depth) + event)
  if (edge === 'before') depth++
}
assert.equal(depth, 0)

// %% [markdown]
// `after_cancel_train` tells of the signal, `after_train` comes all the same, and validation follows: only the part that was named has ended. Validation has
// no gradients, and so a batch of it has fewer events.
//
// ## Change something
// What the loop has at hand can be replaced: inputs, predictions, loss, gradients. Here each flower is measured anew for each epoch, with a little
// error. `learn.training` keeps the validation exact.

// %%
const measuredAgain: Callback = {
  before_batch(learn) {
    if (learn.training) learn.xb = tidy(() => add(learn.xb as Tensor, randomNormal([4], 0, 0.1)))
  },
}
const blurred = fresh()
await blurred.fit(1e-2, 10, { callbacks: measuredAgain })
console.log(await blurred.validate())

// %% [markdown]
// The old inputs are freed when the batch is over, and so is what was put in their place. Whoever makes tensors on the way there does it in `tidy`.
//
// ## End something
// A signal that is thrown ends its part: a step, a batch, a pass, an epoch, the fit. This one ends the fit when it is good enough, and says so by `reason`.

// %%
const goodEnough: Callback = {
  after_epoch({ values }) {
    if (values['accuracy']! >= 0.9) throw new CancelFit()
  },
}
const stopped = fresh()
const history = await stopped.fit(1e-2, 100, { callbacks: goodEnough })
console.log(`${stopped.reason} after ${history.epochs.length} of 100 epochs`)
assert.equal(stopped.reason, 'stopped')

// %% [markdown]
// And this one leaves out steps of batches whose loss is unlike that of others:

// %%
let left = 0
const leaveOutliers: Callback = {
  before_step({ lossValue, train_iter }) {
    if (train_iter < 7 || lossValue < 0.8) return
    left++
    throw new CancelStep()
  },
}
await fresh().fit(1e-2, 5, { callbacks: leaveOutliers })
console.log(`${left} of 35 steps were left out`)

// %% [markdown]
// ## A schedule
// A learning rate that warms up over the first epoch. It sets a hyper-parameter in the course of a fit, so it says which: two callbacks that fight over
// the rate are refused when the fit begins, and not found out by their results.

// %%
const warmUp = (peak: number): Callback => ({
  name: 'warmUp',
  sets: ['lr'],
  before_batch({ training, train_iter, n_train_iter, opt }) {
    if (training) opt.set('lr', peak * Math.min(1, (train_iter + 1) / n_train_iter))
  },
})
const warmed = fresh()
await warmed.fit(1e-2, 3, { callbacks: warmUp(1e-2) })
warmed.recorder.plot_lr()

// %%
await fresh()
  .fit_one_cycle(1, 1e-2, { callbacks: warmUp(1e-2) })
  .catch((error: Error) => console.log(error.message))

// %% [markdown]
// ## Look inside
// How large are the gradients, layer by layer? They are there from `after_backward` on, by the names of their parameters. What is collected is drawn as
// any chart is: as data.

// %%
const norms: Record<string, [batch: number, norm: number][]> = {}
const gradientNorms: Callback = {
  after_backward({ grads, train_iter }) {
    const names = Object.keys(grads).filter(name => name.endsWith('kernel'))
    const values = tidy(() => stack(names.map(name => norm(grads[name]!))).arraySync() as number[])
    names.forEach((name, i) => {
      norms[name] ??= []
      norms[name].push([train_iter + 1, values[i]!])
    })
  },
}
const watched = fresh()
await watched.fit_one_cycle(20, 3e-2, { callbacks: gradientNorms })
new Plot({
  panels: [
    {
      title: 'Gradients',
      x: { label: 'Batches', integer: true },
      y: { label: 'Norm', log: true },
      series: Object.entries(norms).map(([name, points]) => ({ name, style: 'line', points })),
    },
  ],
})

// %% [markdown]
// ## Remember
// The best weights of a training, put back at its end. This one is a class, as it has a memory. So it has `state` and `restore`, too: a checkpoint asks
// for the one, and a fit that goes on in another process hands it to the other.

// %%
class KeepBest implements Callback {
  readonly name = 'KeepBest'
  readonly order = 70 // after what computes the epoch's figures
  loss = Number.POSITIVE_INFINITY
  epoch = -1
  #weights: Weights | undefined

  async after_epoch(learn: TrainingState) {
    const loss = learn.values['valid_loss']!
    if (loss >= this.loss) return
    this.loss = loss
    this.epoch = learn.epoch
    this.#weights = await learn.getWeights()
  }

  async after_fit(learn: TrainingState) {
    if (this.#weights) await learn.setWeights(this.#weights)
  }

  state() {
    return { loss: this.loss, epoch: this.epoch, weights: this.#weights }
  }

  restore({ loss, epoch, weights }: ReturnType<KeepBest['state']>) {
    this.loss = loss
    this.epoch = epoch
    this.#weights = weights
  }
}

const bold = fresh()
const keep = new KeepBest()
const shaky = await bold.fit(0.3, 20, { callbacks: keep })
const ended = shaky.epochs.at(-1)!.valid_loss!
const kept = await bold.validate()
console.log(`the last epoch ended with ${ended.toFixed(4)}, the best was epoch ${keep.epoch} with ${keep.loss.toFixed(4)}`)
console.log(`now the loss is ${kept['valid_loss']!.toFixed(4)}`)
assert(kept['valid_loss']! <= ended)

// %%
bold.recorder.plot_losses()

// %% [markdown]
// ## What is there already
// Look before you write: `EarlyStopping`, `SaveModel`, `ReduceLROnPlateau`, `Checkpoint`, `GradientClip`, `GradientStats`, `EMA`, `MixUp` and others are callbacks
// of the same kind, and their sources are a page each. `docs/callbacks.md` has all 24 events, and what may be done at each.

// Which pixels belong to the digit: digits of MNIST before stripes and noise, and a U-Net of 7,500 parameters that finds them again.
// npx tsx examples/segmentation.ts
import assert from 'node:assert/strict'
import type { Tensor } from '@tensorflow/tfjs-core'
import { datasets, ImageDataBunch, Random, unet_learner } from 'onecycle'

const [n, side] = [1200, 32]
const random = new Random(1)
const { train_ds } = await datasets.mnist()
const { xs } = await train_ds!.batch(Int32Array.from({ length: n }, (_, i) => i))
const digits = (xs as Tensor).dataSync()

const x = new Uint8Array(n * side * side)
const y = Array.from({ length: n }, (_, i) => {
  const mask = new Uint8Array(side * side)
  const [slope, wave, strength] = [random.uniform(-1, 1), random.uniform(0.5, 1.5), random.uniform(60, 140)]
  for (let j = 0; j < side * side; j++) {
    const [row, column] = [Math.floor(j / side), j % side]
    const inside = row >= 2 && row < 30 && column >= 2 && column < 30
    const ink = inside ? digits[i * 784 + (row - 2) * 28 + column - 2]! : 0
    const ground = strength * (1 + Math.sin(wave * (column + slope * row))) * 0.5 + random.int(60)
    mask[j] = Number(ink > 0.5)
    x[i * side * side + j] = Math.round((1 - ink) * ground + ink * (150 + random.int(60)))
  }
  return mask
})
const data = await ImageDataBunch.from_arrays({
  x,
  y,
  shape: [side, side],
  channels: 1,
  classes: ['ground', 'digit'],
  bs: 16,
  seed: 1,
})
const learn = unet_learner(data, { width: 4, depth: 2, seed: 1 })
const history = await learn.fit_one_cycle(5, 1e-2)
await (await learn.show_results({ n: 6 })).save('runs/examples/segmentation/results.png')
assert(history.metrics['dice']!.at(-1)! >= 0.9, 'What it takes for the digit should be the digit: a Dice coefficient of 0.9.')

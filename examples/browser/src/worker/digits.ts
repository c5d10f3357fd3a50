import { accuracy, type DataBunch, datasets, Learner, simple_cnn } from 'onecycle'

export interface DigitsOptions {
  /** Address of the folder with the images. */
  folder: string
  seed: number
}

let data: Promise<DataBunch> | undefined
let model: ReturnType<typeof simple_cnn> | undefined

/** 3s against 7s: images of 28 by 28 pixels, and a network of 3,058 parameters. */
export async function digitsLearner({ folder, seed }: DigitsOptions): Promise<Learner> {
  // A failure is not remembered, so that it can be tried again.
  data ??= datasets.mnist_sample({ folder: new URL(folder), seed }).catch(error => {
    data = undefined
    throw error
  })
  const bunch = await data
  model?.dispose()
  model = simple_cnn([3, 16, 16, 2], { seed })
  return new Learner(bunch, model, { metrics: [accuracy], seed, progress: false, log: false })
}

/** An image of the validation set that shows a 3 (class 0) or a 7 (class 1): 784 grey values from 0 to 1. */
export async function exampleOf(digit: number): Promise<Float32Array> {
  const { valid_ds } = (await data)!
  const batch = await valid_ds!.batch(Int32Array.from({ length: 200 }, () => Math.floor(Math.random() * valid_ds!.length)))
  try {
    const [xs, ys] = [batch.xs, batch.ys].map(tensors => [tensors].flat()[0]!.dataSync())
    const at = ys!.indexOf(digit)
    return Float32Array.from({ length: 28 * 28 }, (_, pixel) => xs![(at * 28 * 28 + pixel) * 3]!)
  } finally {
    for (const tensor of [batch.xs, batch.ys].flat()) tensor.dispose()
  }
}

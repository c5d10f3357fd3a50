import { keepNames } from '@onecycle/platform'
import { io, tidy } from '@tensorflow/tfjs-core'
import type { LayersModel } from '@tensorflow/tfjs-layers'
import { create_body } from './create-body.js'
import { resnet9 } from './resnet9.js'

/**
 * A body that was trained on pictures of the digits 0 to 4 of MNIST, for what is written by hand in other signs: a {@link resnet9} of width 4 without
 * its head, 25,948 parameters that train. Input [batch, height, width, 1] with values from 0 to 1, output [batch, height / 8, width / 8, 32]. It is made anew with each call,
 * and its weights are loaded with the first.
 *
 * Source: `benchmarks/digits-body.ts`, with 99.9 % of those digits right.
 *
 * @example
 * const data = await datasets.mnist({ digits: [5, 6, 7, 8, 9], seed: 1 })
 * const learn = vision_learner(data, await digits_body(), { lin_ftrs: [], seed: 1 })
 * await learn.fine_tune(1, 2e-3)
 */
export async function digits_body(): Promise<LayersModel> {
  const { digitsWeights } = await import('./digits-weights.js')
  const bytes = Uint8Array.from(atob(digitsWeights), character => character.charCodeAt(0))
  const whole = resnet9({ n_in: 1, n_out: 5, width: 4, seed: 0 })
  const quantization = { dtype: 'float16' as const }
  const specs = whole.weights.map(({ shape }, i) => ({
    name: `${i}`,
    shape: shape as number[],
    dtype: 'float32' as const,
    quantization,
  }))
  tidy(() => {
    const weights = io.decodeWeights(bytes.buffer, specs)
    whole.setWeights(specs.map(({ name }) => weights[name]!))
  })
  const body = create_body(whole, 'pool')
  whole.getLayer('head').dispose()
  return body
}

keepNames({ digits_body })

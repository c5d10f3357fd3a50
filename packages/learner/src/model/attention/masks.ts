import type { Tensor } from '@tensorflow/tfjs-core'

/** Where TensorFlow.js notes a tensor's mask: what runs a model gives a layer that of its first input alone. */
type Masked = Tensor & { readonly kerasMask?: Tensor | null | undefined }

/**
 * The mask of each input of a layer, bool [batch, length]; undefined where it has none.
 *
 * @param given what came with the call, whose mask may be left over from another layer (TensorFlow.js hands on one options object)
 */
export function masksOf(inputs: readonly Tensor[], given: unknown): (Tensor | undefined)[] {
  const masks = [given].flat() as (Tensor | null | undefined)[]
  const own = inputs.map((x, i) =>
    [masks[i], (x as Masked).kerasMask].find(mask => mask && !mask.isDisposed && isMaskOf(x, mask)),
  )
  return inputs.map((x, i) => own[i] ?? own[inputs.indexOf(x)] ?? undefined)
}

function isMaskOf(x: Tensor, mask: Tensor): boolean {
  return mask.rank === 2 && mask.shape[0] === x.shape[0] && mask.shape[1] === x.shape[1]
}

import type { LayersModel } from '@tensorflow/tfjs-layers'

/** What is refused leaves no weights behind. */
export function orDispose<T>(model: LayersModel, make: () => T): T {
  try {
    return make()
  } catch (error) {
    model.dispose()
    throw error
  }
}

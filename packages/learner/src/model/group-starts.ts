import type { LayersModel } from '@tensorflow/tfjs-layers'

const starts = new WeakMap<object, readonly string[]>()

/** Notes which layers of a model begin a group of their own: those that a Learner divides it by where it is not told. */
export function beginGroups<Net extends LayersModel>(model: Net, layers: readonly string[]): Net {
  starts.set(model, layers)
  return model
}

/** Layers that begin groups, by name; none where nobody noted any. */
export function groupStarts(model: object): readonly string[] {
  return starts.get(model) ?? []
}

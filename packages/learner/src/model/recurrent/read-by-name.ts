import { serialization } from '@tensorflow/tfjs-core'

type Read = (config: serialization.ConfigDict) => serialization.Serializable

const ours = new WeakSet<object>()

/**
 * Has TensorFlow.js read by this what a JSON with `reset_after` describes under the name of a class of its own, which refuses it; of all other JSON
 * it makes what it always did.
 */
export function readResetAfter(className: string, read: Read): void {
  const { classNameMap } = serialization.SerializationMap.getMap()
  const [stock, fromConfig] = classNameMap[className]!
  if (ours.has(fromConfig)) return
  const route: typeof fromConfig = (...args) => (args[1]['resetAfter'] ? read(args[1]) : fromConfig(...args))
  ours.add(route)
  classNameMap[className] = [stock, route]
}

import { serialization } from '@tensorflow/tfjs-core'

/** Layers of ours that an export keeps, since TensorFlow.js has none that do the same: loaded where a model has them. */
const loaders: Readonly<Record<string, () => Promise<serialization.SerializableConstructor<serialization.Serializable>>>> = {
  MultiHeadAttention: async () => (await import('../model/attention/multi-head-attention.js')).MultiHeadAttention as never,
  PositionalEmbedding: async () => (await import('../model/attention/positional-embedding.js')).PositionalEmbedding as never,
  TransformerBlock: async () => (await import('../model/attention/transformer-block.js')).TransformerBlock as never,
}

/** Has TensorFlow.js know the layers of ours that a model's JSON names. */
export async function registerLayers(topology: object): Promise<void> {
  const json = JSON.stringify(topology)
  const named = Object.keys(loaders).filter(name => json.includes(`"class_name":"${name}"`))
  for (const name of named) serialization.registerClass(await loaders[name]!())
  // It goes by the name of TensorFlow.js's, which resets before its product.
  if (json.includes('"reset_after":true')) (await import('../model/recurrent/gru.js')).registerGru()
}

import type { Binding, GpuBuffer, Pipeline, Uniform, WebGPUBackend } from './stock-backend.js'

/** What is remembered of a backend. */
interface Memory {
  /** Uniforms by what is in them, which nobody writes again. */
  readonly uniforms: Map<string, Binding>
  /** Bind groups by their buffers, of each pipeline. */
  groups: Map<Pipeline, Map<string, object>>
  count: number
  readonly numbers: WeakMap<GpuBuffer, number>
  buffers: number
}

const memories = new WeakMap<WebGPUBackend, Memory>()

function memoryOf(backend: WebGPUBackend): Memory {
  let memory = memories.get(backend)
  if (!memory) {
    memory = { uniforms: new Map(), groups: new Map(), count: 0, numbers: new WeakMap(), buffers: 0 }
    memories.set(backend, memory)
  }
  return memory
}

/** Uniforms of 256 bytes or so each. */
const mostUniforms = 4096
/** They hold on to buffers, of which the backend keeps what is free anyway. */
const mostGroups = 4096

/** A buffer of these uniforms, which was made earlier where there were the same. */
export function uniformsOf(backend: WebGPUBackend, uniforms: Uniform[]): Binding {
  const { uniforms: known } = memoryOf(backend)
  let key = ''
  for (const { type, data } of uniforms) key += `${type === 'float32' ? 'f' : 'i'}${data.length === 1 ? data[0] : data.join()},`
  const found = known.get(key)
  if (found) return found
  const made = backend.makeUniforms(uniforms)
  if (known.size >= mostUniforms) return made
  // It would be written again after the next submission.
  backend.uniformPendingDisposal.pop()
  known.set(key, made)
  kept.add(made)
  return made
}

const kept = new WeakSet<Binding>()

/** Whether these uniforms stay as they are. */
export function isKept(uniforms: Binding): boolean {
  return kept.has(uniforms)
}

/** A bind group of these buffers, which was made earlier where there were the same. */
export function bindGroupOf(backend: WebGPUBackend, pipeline: Pipeline, bindings: readonly Binding[]): object {
  const memory = memoryOf(backend)
  let key = ''
  for (const { buffer } of bindings) {
    let number = memory.numbers.get(buffer)
    if (number === undefined) {
      number = memory.buffers++
      memory.numbers.set(buffer, number)
    }
    key += `${number},`
  }
  if (memory.count >= mostGroups) {
    memory.groups = new Map()
    memory.count = 0
  }
  let known = memory.groups.get(pipeline)
  if (!known) {
    known = new Map()
    memory.groups.set(pipeline, known)
  }
  let group = known.get(key)
  if (!group) {
    group = backend.device.createBindGroup({
      layout: pipeline.getBindGroupLayout(0),
      entries: bindings.map((resource, binding) => ({ binding, resource })),
    })
    known.set(key, group)
    memory.count++
  }
  return group
}

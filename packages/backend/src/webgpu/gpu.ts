import { type DataType, env, type KernelConfig, type TensorInfo } from '@tensorflow/tfjs-core'
import { bindGroupOf, uniformsOf } from './remember.js'
import type { Binding, Pipeline, Uniform, WebGPUBackend } from './stock-backend.js'

/** A program of ours, which may have several outputs. */
export interface Shader {
  /** Programs of the same name share their code. */
  readonly name: string
  /** What is bound: names, and types where they are not float32, as 'codes: i32'. */
  readonly writes: readonly string[]
  readonly reads: readonly string[]
  /** Names, and types where they are no whole numbers, as 'epsilon: f32'. All stand in `uniforms`. */
  readonly uniforms: readonly string[]
  readonly code: () => string
}

/** A shader for each of these arguments, made once. */
export function oneOfEach<Args extends readonly (string | number | boolean)[]>(
  make: (...args: Args) => Shader,
): (...args: Args) => Shader {
  const known = new Map<string, Shader>()
  return (...args) => {
    const key = args.join()
    let shader = known.get(key)
    if (!shader) {
      shader = make(...args)
      known.set(key, shader)
    }
    return shader
  }
}

/** Threads of a group. */
export const GROUP = 256

/** Of a dispatch along one axis; WebGPU promises no more. */
const mostGroups = 65_535

/** Groups that have a thread for each number, in as many rows as it takes: see {@link element}. */
export function groupsFor(count: number): [number, number, number] {
  const groups = Math.ceil(count / GROUP)
  const rows = Math.ceil(groups / mostGroups)
  return [Math.ceil(groups / rows), rows, 1]
}

/** The main function of a program with a thread for each of `uniforms.size` numbers: what is done for number i. */
export function element(body: string): string {
  return `
    @compute @workgroup_size(${GROUP})
    fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
      let i = i32(id.x + id.y * groups.x * ${GROUP}u);
      if (i < uniforms.size) {
        ${body}
      }
    }`
}

/** What no number is, told by its bits: of comparisons compilers for GPUs may believe that it does not occur. */
export const tellNaN = `
  fn isNaN(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u; }
`

export type Inputs = Readonly<Record<string, TensorInfo>>

/** A kernel of ours for webgpu. */
export function kernel<Attrs = object>(
  kernelName: string,
  compute: (backend: WebGPUBackend, inputs: Inputs, attrs: Attrs) => TensorInfo | TensorInfo[],
): KernelConfig {
  return {
    kernelName,
    backendName: 'webgpu',
    kernelFunc: ({ inputs, backend, attrs }) => compute(backend as WebGPUBackend, inputs as Inputs, attrs as unknown as Attrs),
  }
}

/**
 * Runs a program of ours.
 *
 * @param writes what is there already, or made by `makeOutput`
 * @param once whether there will never be the same uniforms again
 */
export function run(
  backend: WebGPUBackend,
  shader: Shader,
  writes: readonly TensorInfo[],
  reads: readonly TensorInfo[],
  uniforms: readonly number[],
  groups: readonly [number, number, number],
  { once = false } = {},
): void {
  if (groups[0] * groups[1] * groups[2] === 0) return
  const pipeline = pipelineOf(backend, shader)
  const types = shader.uniforms.map(name => (name.endsWith(': f32') ? 'float32' : 'int32') as Uniform['type'])
  const given = uniforms.map((value, i): Uniform => ({ type: types[i]!, data: [value] }))
  const binding = once ? backend.makeUniforms(given) : uniformsOf(backend, given)
  record(backend, pipeline, [...writes, ...reads], binding, groups)
}

/** A tensor for a program to write. */
export function makeOutput(backend: WebGPUBackend, shape: readonly number[], dtype: DataType = 'float32'): TensorInfo {
  const made = backend.makeTensorInfo([...shape], dtype)
  // Of nothing, there is no buffer, and no program that would write it.
  if (shape.includes(0)) backend.tensorMap.get(made.dataId).values = new Float32Array(0)
  return made
}

type Note = (
  /** None where TensorFlow.js ran a program itself. */
  pipeline: Pipeline | undefined,
  tensors: readonly TensorInfo[],
  uniforms: Binding,
  groups: readonly [number, number, number],
) => void

let note: Note | undefined

/** Has this hear of each program that is run, until it is undefined again. */
export function noteRecords(next: Note | undefined): void {
  note = next
}

/** Says that TensorFlow.js runs a program by itself. */
export function noteOther(): void {
  note?.(undefined, [], { buffer: {} }, [0, 0, 0])
}

/** Puts a program into the queue of commands. */
export function record(
  backend: WebGPUBackend,
  pipeline: Pipeline,
  tensors: readonly TensorInfo[],
  uniforms: Binding,
  groups: readonly [number, number, number],
): void {
  for (const { dataId } of tensors) {
    backend.uploadToGPU(dataId)
    backend.commandQueueOwnedIds.add(dataId)
  }
  note?.(pipeline, tensors, uniforms, groups)
  const bindings = [...tensors.map(tensor => backend.tensorToBinding(tensor)), uniforms]
  const group = bindGroupOf(backend, pipeline, bindings)
  dispatch(backend, pipeline, group, groups)
}

function dispatch(backend: WebGPUBackend, pipeline: Pipeline, group: object, groups: readonly [number, number, number]): void {
  backend.ensureCommandEncoderReady()
  backend.computePassEncoder ??= backend.commandEncoder!.beginComputePass()
  const pass = backend.computePassEncoder
  pass.setPipeline(pipeline)
  pass.setBindGroup(0, group)
  pass.dispatchWorkgroups(...groups)
  if (++backend.dispatchCountInPass < env().getNumber('WEBGPU_DEFERRED_SUBMIT_BATCH_SIZE')) return
  backend.endComputePassEncoder()
  backend.submitQueue()
}

function pipelineOf(backend: WebGPUBackend, shader: Shader): Pipeline {
  backend.pipelineCache[shader.name] ??= compile(backend, shader)
  return backend.pipelineCache[shader.name]!
}

function compile({ device }: WebGPUBackend, { name, writes, reads, uniforms, code }: Shader): Pipeline {
  const bound = [...writes.map(write => [write, 'read_write']), ...reads.map(read => [read, 'read'])] as [string, string][]
  const declared = bound.map(([variable, access], i) => {
    const [own, type = 'f32'] = variable.split(': ')
    return `@group(0) @binding(${i}) var<storage, ${access}> ${own}: array<${type}>;`
  })
  const fields = uniforms.map(field => (field.includes(':') ? field : `${field}: i32`))
  const source = `
    ${declared.join('\n')}
    struct Uniforms { ${fields.join(', ')} };
    @group(0) @binding(${bound.length}) var<uniform> uniforms: Uniforms;
    ${code()}`
  const module = device.createShaderModule({ code: source, label: name })
  return device.createComputePipeline({ compute: { module, entryPoint: 'main' }, label: name, layout: 'auto' })
}

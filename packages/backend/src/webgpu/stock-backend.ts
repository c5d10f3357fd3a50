import type { DataId, DataType, KernelBackend, KernelFunc, TensorInfo } from '@tensorflow/tfjs-core'

/** A GPUBuffer and a GPUComputePipeline, of which nothing is asked here; a GPUBindGroup likewise. */
export type GpuBuffer = object
export interface Pipeline {
  getBindGroupLayout(index: number): object
}
export type Binding = { readonly buffer: GpuBuffer; readonly offset?: number; readonly size?: number }

interface Pass {
  setPipeline(pipeline: Pipeline): void
  setBindGroup(index: number, group: object): void
  dispatchWorkgroups(x: number, y: number, z: number): void
}

/** What is used of TensorFlow.js's webgpu backend, which keeps most of it to itself. */
export interface WebGPUBackend extends KernelBackend {
  readonly device: {
    readonly limits: { readonly maxStorageBuffersPerShaderStage: number }
    createShaderModule(descriptor: { code: string; label: string }): object
    createComputePipeline(descriptor: object): Pipeline
    createBindGroup(descriptor: object): object
  }
  readonly pipelineCache: Record<string, Pipeline>
  readonly tensorMap: { get(dataId: DataId): TensorData }
  readonly commandQueueOwnedIds: WeakSet<DataId>
  readonly uniformPendingDisposal: GpuBuffer[]
  /** While kernels are timed: each program is a pass of its own then. */
  readonly activeTimers?: object | null
  commandEncoder: {
    beginComputePass(): Pass
    copyBufferToBuffer(from: GpuBuffer, fromOffset: number, to: GpuBuffer, toOffset: number, size: number): void
  } | null
  computePassEncoder: Pass | null
  dispatchCountInPass: number
  ensureCommandEncoderReady(): void
  endComputePassEncoder(): void
  submitQueue(): void
  uploadToGPU(dataId: DataId): void
  makeTensorInfo(shape: number[], dtype: DataType, values?: ArrayLike<number>): TensorInfo
  makeUniforms(uniforms: Uniform[]): Binding
  tensorToBinding(tensor: TensorInfo): Binding
  /** Where steps are run again: a kernel that keeps what it asks of the device. */
  quicken?(kernelFunc: KernelFunc): KernelFunc
  recordAndSubmit(program: StockProgram, output: TensorInfo, inputs: TensorInfo[], uniforms?: Uniform[]): void
  incRef(dataId: DataId): void
  convertAndCacheOnCPU(dataId: DataId, values: ArrayLike<number>): ArrayLike<number>
  disposeData(dataId: DataId, force?: boolean): boolean
}

/** What the backend knows of a tensor: its buffer once it has one, and its values while they are at hand. */
export interface TensorData {
  values: ArrayLike<number> | null | undefined
  resource?: GpuBuffer | null
}

export interface Uniform {
  readonly type: 'int32' | 'float32' | 'uint32'
  readonly data: readonly number[]
}

/** A program of TensorFlow.js's own. */
export interface StockProgram {
  readonly pipeline: Pipeline
  readonly pixelsOpType?: number | null
  readonly outputShape: number[]
  readonly outputComponent?: number
  readonly size?: boolean
  readonly dispatch: readonly [number, number, number]
}

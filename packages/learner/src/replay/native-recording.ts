import type { MaybeNative, NativeBackend, RecordedStep, StepRecording } from '@onecycle/backend/internal'
import { backend, type DataId, getBackend, getKernel, type KernelFunc, type Tensor, type Variable } from '@tensorflow/tfjs-core'
import { listenedTo } from './listening.js'
import type { Recorder, Repeatable } from './repeatable.js'
import type { Check } from './replayable.js'
import { recordBy } from './steps.js'

/** On tfjs-node what TensorFlow is asked for is noted, below the kernels, to be run again as one graph. */
export class NativeRecording implements Recorder {
  readonly #backend: NativeBackend
  readonly #variables: readonly Variable[]
  readonly #recording: StepRecording
  readonly #kernels = new Map<string, KernelFunc | undefined>()
  readonly #looks: (readonly [place: number, check: Check])[] = []

  constructor(Step: typeof StepRecording, backend: NativeBackend, batch: readonly Tensor[], variables: readonly Variable[]) {
    this.#backend = backend
    this.#variables = variables
    this.#recording = new Step(backend, [...batch, ...variables])
  }

  get reason(): string | undefined {
    return this.#recording.reason
  }

  during<T>(work: () => T, mayRead: (dataId: DataId) => boolean): T {
    return listenedTo(() => this.#recording.during(work), {
      inPlace: ({ runKernelFunc }) => ({
        runKernelFunc: call => {
          if (call.kernelName) this.#kernels.set(call.kernelName, kernelOf(call.kernelName))
          return runKernelFunc(call)
        },
      }),
      reads: dataId => {
        if (!mayRead(dataId)) this.#recording.refuse('values are read')
      },
      looks: (tensor, check, readSync) => this.#look(tensor, check, readSync),
      draws: random => {
        this.#recording.refuse('something is drawn')
        return random()
      },
    })
  }

  program(results: readonly Tensor[], written: readonly Variable[]): Repeatable | undefined {
    const step = this.#recording.step([...results, ...written])
    return step && new NativeProgram(this.#backend, step, this.#variables, written, this.#looks, [...this.#kernels])
  }

  #look(tensor: Tensor, check: Check, readSync: (dataId: DataId) => unknown): void {
    const place = this.#recording.outsideOf(tensor)
    if (place === undefined) this.#recording.refuse('values are looked at that are made')
    else this.#looks.push([place, check])
    check(readSync(tensor.dataId) as ArrayLike<number>)
  }
}

const kernelOf = (name: string) => getKernel(name, getBackend())?.kernelFunc

/** A step as TensorFlow runs it again. */
class NativeProgram implements Repeatable {
  readonly backend: NativeBackend
  readonly #step: RecordedStep
  readonly #variables: readonly Variable[]
  readonly #written: readonly Variable[]
  readonly #looks: readonly (readonly [place: number, check: Check])[]
  readonly #kernels: readonly (readonly [name: string, kernelFunc: KernelFunc | undefined])[]

  constructor(
    backend: NativeBackend,
    step: RecordedStep,
    variables: readonly Variable[],
    written: readonly Variable[],
    looks: readonly (readonly [place: number, check: Check])[],
    kernels: readonly (readonly [name: string, kernelFunc: KernelFunc | undefined])[],
  ) {
    this.backend = backend
    this.#step = step
    this.#variables = variables
    this.#written = written
    this.#looks = looks
    this.#kernels = kernels
  }

  isCurrent(): boolean {
    return this.#kernels.every(([name, kernelFunc]) => kernelOf(name) === kernelFunc)
  }

  run(batch: readonly Tensor[]): Tensor[] {
    const outside = [...batch, ...this.#variables]
    for (const [place, check] of this.#looks) check(this.backend.readSync(outside[place]!.dataId) as ArrayLike<number>)
    const made = this.#step.run(outside)
    const results = made.slice(0, made.length - this.#written.length)
    this.#written.forEach((variable, i) => {
      const value = made[results.length + i]!
      variable.assign(value)
      value.dispose()
    })
    return results
  }
}

/** Of batches of the same shapes before one of them becomes a graph: TensorFlow takes as long to read one as it saves in some ten to fifty steps. */
const usual = 8

/**
 * Has steps on tfjs-node be run again as graphs. On the processor alone: nobody has tried a GPU.
 *
 * @param after see {@link recordBy}
 */
export function recordOnNative(Step: typeof StepRecording, after = usual): void {
  const { isUsingGpuDevice, binding } = backend() as MaybeNative
  if (isUsingGpuDevice !== false || !binding) return
  recordBy('tensorflow', (batch, variables) => new NativeRecording(Step, backend() as NativeBackend, batch, variables), after)
}

import { engine, type NamedTensorMap, type Scalar, type Tensor } from '@tensorflow/tfjs-core'

/** A kernel that ran while TensorFlow.js recorded. */
export interface TapeNode {
  readonly kernelName: string
  readonly inputs: NamedTensorMap
  readonly outputs: readonly Tensor[]
  /** What its gradient needs, in tensors of its own. */
  readonly saved: readonly Tensor[] | null
  /** From the gradients of its outputs, null for those that have none, to those of its inputs. Absent where it has none. */
  readonly gradient?: (dys: readonly (Tensor | null)[]) => Record<string, () => Tensor>
}

/** What is used of TensorFlow.js's engine, which keeps it to itself. */
interface Engine {
  readonly state: {
    readonly gradientDepth: number
    activeTape: readonly TapeNode[] | null
    readonly activeScope: { readonly id: number }
  }
  startTape(): void
  endTape(): void
  startScope(name: string): void
  endScope(result: readonly Tensor[]): void
  tidy<T>(name: string, run: () => T): T
  gradients(f: () => Scalar, xs: readonly Tensor[], dy: undefined, allowNoGradients: boolean): { grads: (Tensor | undefined)[] }
}

/** What has been recorded so far; nothing where nobody differentiates. */
export function recorded(): readonly { readonly inputs: NamedTensorMap }[] {
  return ours().state.activeTape ?? []
}

export const ours = () => engine() as unknown as Engine

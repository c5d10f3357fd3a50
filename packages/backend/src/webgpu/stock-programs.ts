import { type TensorInfo, util } from '@tensorflow/tfjs-core'
import { noteOther, record } from './gpu.js'
import { uniformsOf } from './remember.js'
import type { StockProgram, Uniform, WebGPUBackend } from './stock-backend.js'

const remembering = new WeakSet<WebGPUBackend>()

/** Has TensorFlow.js's own programs take uniforms and bind groups that were made earlier, where they are of the same. */
export function rememberBindings(backend: WebGPUBackend): void {
  if (remembering.has(backend)) return
  remembering.add(backend)
  const stock = backend.recordAndSubmit
  backend.recordAndSubmit = (program: StockProgram, output: TensorInfo, inputs: TensorInfo[], own?: Uniform[]) => {
    // Textures, and what is timed.
    const isPlain = program.pixelsOpType == null && backend.activeTimers == null && !(program.pipeline instanceof Promise)
    if (!isPlain) {
      noteOther()
      return stock.call(backend, program, output, inputs, own)
    }
    const uniforms: Uniform[] = [
      { type: 'float32', data: [Number.NaN] },
      { type: 'float32', data: [Number.POSITIVE_INFINITY] },
    ]
    for (const { shape } of [...inputs, output])
      uniforms.push({ type: 'int32', data: shape }, { type: 'int32', data: util.computeStrides(shape) })
    if (program.size) {
      const size = util.sizeFromShape(program.outputShape)
      uniforms.push({ type: 'int32', data: [program.outputComponent ? size / program.outputComponent : size] })
    }
    record(backend, program.pipeline, [output, ...inputs], uniformsOf(backend, [...uniforms, ...(own ?? [])]), program.dispatch)
  }
}

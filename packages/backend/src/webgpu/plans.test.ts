// Alone: it registers a backend that counts.
import { backend as currentBackend, env, type KernelFunc, setBackend, type TensorInfo, tensor1d } from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { type CountingDevice, registerCounting } from '../testing/counting-gpu.js'
import { groupsFor, makeOutput, run, type Shader } from './gpu.js'
import { planned } from './plans.js'
import type { WebGPUBackend } from './stock-backend.js'

const { findTool } = await import(new URL('../../../../scripts/tools.mjs', import.meta.url).href)
const { folder, missing } = findTool('webgpu') as { folder?: string; missing?: string }

const copy: Shader = { name: 'copy', writes: ['y'], reads: ['x'], uniforms: ['size'], code: () => '' }

describe.skipIf(missing !== undefined)(`a kernel that is run again on webgpu${missing ? `, left out: ${missing}` : ''}`, () => {
  let device: CountingDevice
  let backend: WebGPUBackend
  let calls = 0

  beforeAll(async () => {
    device = registerCounting(folder!)
    await setBackend('webgpu')
    backend = currentBackend() as WebGPUBackend
    // What is small is not to be computed by the processor.
    env().set('WEBGPU_CPU_FORWARD', false)
  })

  /** What three runs ask for, and how often the kernel itself was called. */
  function three(work: (x: TensorInfo) => TensorInfo | TensorInfo[]) {
    calls = 0
    const kernel = planned(backend, (({ inputs }) => {
      calls++
      return work(inputs['x'] as TensorInfo)
    }) as KernelFunc)
    const before = backend.numDataIds()
    const runs = [1, 2, 3].map(() => {
      const x = tensor1d([1, 2, 3])
      device.countAnew()
      const made = [kernel({ inputs: { x }, attrs: {}, backend })].flat()
      const { programs } = device.counts
      for (const { dataId } of made) backend.disposeData(dataId)
      x.dispose()
      return { programs, shapes: made.map(({ shape }) => shape), isNew: made.every(({ dataId }) => dataId !== x.dataId) }
    })
    expect(backend.numDataIds()).toBe(before)
    for (const each of runs) expect(each).toEqual(runs[0])
    return { ...runs[0], calls }
  }

  const copied = (x: TensorInfo, once = false) => {
    const y = makeOutput(backend, [3])
    run(backend, copy, [y], [x], [3], groupsFor(3), { once })
    return y
  }

  it('asks for the same programs without being called, where shapes decide all', () => {
    const twice = (x: TensorInfo) => {
      const between = copied(x)
      const made = [{ ...copied(between), shape: [1, 3] }, copied(x)]
      backend.disposeData(between.dataId)
      return made
    }
    expect(three(twice)).toEqual({ programs: 3, shapes: [[1, 3], [3]], isNew: true, calls: 1 })
  })

  it('is called each time where it hands on what it was given, has constants, or uniforms of its own', () => {
    const same = (x: TensorInfo) => {
      backend.incRef(x.dataId)
      return { ...x, shape: [3, 1] }
    }
    expect(three(same)).toEqual({ programs: 0, shapes: [[3, 1]], isNew: false, calls: 3 })
    expect(three(() => backend.makeTensorInfo([2], 'float32', new Float32Array(2)))).toMatchObject({ programs: 0, calls: 3 })
    expect(three(x => copied(x, true))).toMatchObject({ programs: 1, calls: 3 })
  })
})

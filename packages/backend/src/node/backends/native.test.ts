import util from 'node:util'
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu'
import * as tf from '@tensorflow/tfjs-core'
import { beforeEach, describe, expect, it, vi } from 'vitest'

const [cpuPackage, gpuPackage] = ['@tensorflow/tfjs-node', '@tensorflow/tfjs-node-gpu']

/** What loading a package does; these tests have none of the two. */
const packages = vi.hoisted(() => new Map<string, () => void>())
const loaded: string[] = []
vi.mock('./find-package.js', () => ({
  findPackage: () => undefined,
  importPackage: async (name: string) => {
    loaded.push(name)
    packages.get(name)!()
  },
}))

/** Registers the cpu backend as either package registers its own. `beforehand` runs before each kernel. */
function register({ isGPUPackage = false, isUsingGpuDevice = false, beforehand = () => {} } = {}): void {
  const backend = Object.assign(new MathBackendCPU(), { isGPUPackage, isUsingGpuDevice, firstUse: false })
  tf.registerBackend('tensorflow', () => backend)
  for (const kernel of tf.getKernelsForBackend('cpu')) {
    const kernelFunc: tf.KernelFunc = args => {
      beforehand()
      return kernel.kernelFunc(args)
    }
    tf.registerKernel({ ...kernel, backendName: 'tensorflow', kernelFunc })
  }
}

beforeEach(async () => {
  if (tf.findBackend('tensorflow')) tf.removeBackend('tensorflow')
  for (const { kernelName } of tf.getKernelsForBackend('tensorflow')) tf.unregisterKernel(kernelName, 'tensorflow')
  await tf.setBackend('cpu')
  loaded.length = 0
  packages.set(cpuPackage!, register)
  packages.set(gpuPackage!, () => register({ isGPUPackage: true }))
  vi.resetModules()
})

describe('a native backend', () => {
  it('is given what Node dropped, and tfjs-node calls', async () => {
    const dropped = util as unknown as { isArray?: unknown; isNullOrUndefined?: (value: unknown) => boolean }
    delete dropped.isNullOrUndefined
    packages.set(cpuPackage!, () => register({ beforehand: () => dropped.isNullOrUndefined!(0) }))
    const { node } = await import('./native.js')
    expect(await node.start()).toBe('native CPU')
    expect([null, undefined, 0, ''].map(dropped.isNullOrUndefined!)).toEqual([true, true, false, false])
    expect(dropped.isArray).toBe(Array.isArray)
  })

  it('that cannot run a kernel does not start, and leaves nothing behind', async () => {
    const beforehand = () => {
      throw new TypeError('isNullOrUndefined is not a function')
    }
    packages.set(cpuPackage!, () => register({ beforehand }))
    const { node } = await import('./native.js')
    const before = tf.memory().numTensors
    for (const _ of ['once', 'again']) await expect(node.start()).rejects.toThrow('isNullOrUndefined is not a function')
    expect(loaded).toEqual([cpuPackage])
    expect(tf.findBackend('tensorflow')).toBeNull()
    expect(tf.getKernelsForBackend('tensorflow')).toEqual([])
    expect(tf.getBackend()).toBe('cpu')
    expect(tf.memory().numTensors).toBe(before)
  })

  it('says whether it has a GPU', async () => {
    packages.set(gpuPackage!, () => register({ isGPUPackage: true, isUsingGpuDevice: true }))
    const { node, nodeGpu } = await import('./native.js')
    expect(await nodeGpu.start()).toBe('CUDA')
    await expect(node.start()).rejects.toThrow('@tensorflow/tfjs-node-gpu runs already')
    expect(await nodeGpu.start()).toBe('CUDA')
  })

  it('for the processor starts after one that found no GPU', async () => {
    const { node, nodeGpu } = await import('./native.js')
    await expect(nodeGpu.start()).rejects.toThrow(/no CUDA device found; missing: \w/)
    expect(nodeGpu.lacks!()[0]).toMatchObject({ piece: expect.any(String), fix: expect.any(String) })
    expect(await node.start()).toBe('native CPU')
    expect(loaded).toEqual([gpuPackage, cpuPackage])
  })

  it('with a GPU in its name starts without one where it is asked for by name, and says that it is the processor', async () => {
    const { nodeGpu } = await import('./native.js')
    expect(await nodeGpu.start({ byName: true })).toMatch(/^native CPU: no CUDA device found; missing: \w/)
  })

  it('that lacks its native part says what brings it', async () => {
    packages.set(gpuPackage!, () => {
      throw new Error('The Node.js native addon module (tfjs_binding.node) can not be found at path: x.\nPlease run …')
    })
    const { nodeGpu } = await import('./native.js')
    await expect(nodeGpu.start()).rejects.toThrow('not whole; npx onecycle native install gpu brings it')
  })

  it.each([true, false])(
    'that runs is not replaced by the other, which would take its tensors along (loaded by onecycle: %s)',
    async ours => {
      const { node, nodeGpu } = await import('./native.js')
      if (!ours) {
        register()
        await tf.setBackend('tensorflow')
      }
      await node.start()
      const x = tf.tensor1d([1, 2])
      await expect(nodeGpu.start()).rejects.toThrow(
        '@tensorflow/tfjs-node runs already, and a process can hold only one of the two',
      )
      expect(await node.start()).toBe('native CPU')
      expect(loaded).toEqual(ours ? [cpuPackage] : [])
      expect([...x.dataSync()]).toEqual([1, 2])
      x.dispose()
    },
  )
})

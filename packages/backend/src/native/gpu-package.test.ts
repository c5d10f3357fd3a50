// Alone: it loads TensorFlow's native library.
import { dot, engine, relu, tensor1d, tensor2d } from '@tensorflow/tfjs-core'
import { expect, it } from 'vitest'
import { lookInProject } from '../node/project.js'
import { useBackend } from '../use-backend.js'
import type { MaybeNative } from './operations.js'

const { findTool } = await import(new URL('../../../../scripts/tools.mjs', import.meta.url).href)
const { folder, missing } = findTool('tfjs-node-gpu') as { folder?: string; missing?: string }

it.skipIf(missing !== undefined)(
  `tfjs-node-gpu computes on the processor where there is no GPU, and says so${missing ? `, left out: ${missing}` : ''}`,
  async () => {
    lookInProject(folder!)
    const { line, detail } = await useBackend({ prefer: 'node-gpu', log: false })
    const { isGPUPackage, isUsingGpuDevice } = engine().backend as MaybeNative
    expect(isGPUPackage).toBe(true)
    const expected = isUsingGpuDevice ? /^CUDA$/ : /^native CPU: no CUDA device found; missing: /
    expect(detail).toMatch(expected)
    expect(line).toContain(detail)
    const [left, right] = [tensor2d([1, 2, 3, 4], [2, 2]), tensor1d([5, 6])]
    expect([...relu(dot(left, right)).dataSync()]).toEqual([17, 39])
  },
)

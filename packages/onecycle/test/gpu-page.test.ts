import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { noChromium, type OpenPage } from './chromium.js'
import { openGpuPage } from './gpu-page.js'
import { root } from './run-program.js'
import type { Answer, Task } from './wasm-training.js'

const { findTool } = await import(join(root, 'scripts/tools.mjs'))

const tools = { webgl: findTool('webgl'), webgpu: findTool('webgpu') }
const missing = noChromium ?? tools.webgl.missing ?? tools.webgpu.missing
const training = fileURLToPath(new URL('wasm-training.ts', import.meta.url))

describe.skipIf(missing)(
  `a page that has imported the backends for graphics processors${missing ? `, left out: ${missing}` : ''}`,
  () => {
    let folder: string
    let open: OpenPage
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'onecycle-gpu-'))
      const contents = `
      import '@tensorflow/tfjs-backend-webgl'
      import '@tensorflow/tfjs-backend-webgpu'
      import '@onecycle/backend/wasm/inline'
      import { train } from '${training}'
      globalThis.train = train`
      open = await openGpuPage(folder, contents, { webgl: tools.webgl.folder, webgpu: tools.webgpu.folder })
    }, 60_000)
    afterAll(async () => {
      await open?.close()
      await rm(folder, { recursive: true })
    })

    const train = (task: Task) => open.page.evaluate<Answer>(`train(${JSON.stringify(task)})`)

    test('takes wasm where they compute in software, and says so', async () => {
      const { line, backend } = await train({ steps: 1 })
      expect(backend).toBe('wasm')
      expect(line).toMatch(
        /^onecycle: backend wasm \(SIMD, compiled training kernels\); no (WebGPU adapter found|GPU, only software that is slower than wasm \(.+\)): webgpu$/,
      )
    })

    test.for(['webgl', 'webgpu'])('trains on %s when it is asked for', { timeout: 180_000 }, async (prefer, { skip }) => {
      const wasm = await train({ prefer: 'wasm', steps: 2 })
      const answer = await train({ prefer, steps: 2 }).catch((error: Error) => error)
      if (answer instanceof Error) {
        const [reason] = answer.message.split('\n')
        expect(reason).toContain(`Backend '${prefer}' does not start: `)
        return skip(reason)
      }
      expect(answer.backend).toBe(prefer)
      expect(answer.line).toMatch(/in software: slower than wasm\), as asked for$/)
      for (const [i, loss] of answer.losses.entries()) expect(loss).toBeCloseTo(wasm.losses[i]!, 5)
      expect([open.errors, open.elsewhere]).toEqual([[], []])
    })
  },
)

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { noChromium, type OpenPage } from './chromium.js'
import { openGpuPage } from './gpu-page.js'
import { root } from './run-program.js'
import type * as checks from './webgpu-checks.js'

const { findTool } = await import(join(root, 'scripts/tools.mjs'))

const { folder: tool, missing: noTool } = findTool('webgpu') as { folder?: string; missing?: string }
const missing = noChromium ?? noTool

const source = fileURLToPath(new URL('webgpu-checks.ts', import.meta.url))

describe.skipIf(missing)(`programs for webgpu, in software${missing ? `, left out: ${missing}` : ''}`, () => {
  let folder: string
  let open: OpenPage
  let reason: string | undefined

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'onecycle-webgpu-'))
    const contents = `
      import '@tensorflow/tfjs-backend-cpu'
      import '@tensorflow/tfjs-backend-webgpu'
      import { useBackend } from '@onecycle/backend'
      import * as checks from '${source}'
      globalThis.checks = checks
      globalThis.start = async () => {
        await useBackend({ prefer: 'webgpu', log: false })
        await checks.begin()
      }`
    open = await openGpuPage(folder, contents, { webgpu: tool! })
    const started = await open.page.evaluate<string | undefined>('start().then(() => undefined, error => error.message)')
    reason = started?.split('\n')[0]
  }, 240_000)

  afterAll(async () => {
    await open?.close()
    await rm(folder, { recursive: true, force: true })
  })

  const ask = <Answer>(what: string) => open.page.evaluate<Answer>(`checks.${what}()`)

  const minutes = { timeout: 300_000 }

  test('give what is composed on cpu, and its gradients', minutes, async ({ skip }) => {
    if (reason) return skip(reason)
    const found = await ask<checks.Found[]>('checkPrograms')
    expect(found.length).toBeGreaterThan(30)
    // What Chromium computes in software is not as exact as a GPU about powers of e.
    expect(found.filter(({ error }) => !(error < 5e-5))).toEqual([])
  })

  test('are bound to as many buffers as the adapter has for them', minutes, async ({ skip }) => {
    if (reason) return skip(reason)
    const [device, adapter] = await ask<[number, number]>('buffersBound')
    expect(device).toBe(adapter)
    expect(device).toBeGreaterThan(8)
  })

  test('step all parameters at once, as each rule steps one', minutes, async ({ skip }) => {
    if (reason) return skip(reason)
    const found = await ask<checks.Found[]>('checkRules')
    expect(found.filter(({ error }) => !(error < 2e-6))).toEqual([])
  })

  test('train networks as cpu does, and leave neither tensors nor memory behind', minutes, async ({ skip }) => {
    if (reason) return skip(reason)
    const found = await ask<Awaited<ReturnType<typeof checks.checkNetworks>>>('checkNetworks')
    expect(found.filter(({ error, left, memory }) => !(error < 1e-4) || left !== 0 || memory !== 0)).toEqual([])
    expect(open.errors).toEqual([])
  })

  test('leave out by a seed', minutes, async ({ skip }) => {
    if (reason) return skip(reason)
    const { kept, ...rest } = await ask<Awaited<ReturnType<typeof checks.checkDropout>>>('checkDropout')
    expect(Math.abs(kept - 0.7)).toBeLessThan(0.02)
    expect(rest).toEqual({ repeats: true, other: true, sameOnTheWayBack: true })
  })
})

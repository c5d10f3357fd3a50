import type { Callback } from '@onecycle/callbacks'
import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { Learner } from '../learner.js'
import { mlp, points, useCpu } from '../testing/tiny.js'
import { LeakGuard } from './leak-guard.js'
import { type ProfileRow, Profiler } from './profiler.js'

beforeAll(useCpu)

const make = () => new Learner(points({ train: 20 }), mlp(), { progress: false, seed: 1 })
const busy = (ms: number) => {
  const end = performance.now() + ms
  while (performance.now() < end) {}
}
const rowOf = (profiler: Profiler, kind: ProfileRow['kind'], name: string) =>
  profiler.rows.find(row => row.kind === kind && row.name === name)

describe('Profiler', () => {
  it('tells the time of parts, events, callbacks and kernels', async () => {
    const profiler = new Profiler()
    const slow: Callback<Learner> = {
      name: 'slow',
      after_pred: ({ training }) => training && void busy(10),
      async after_backward() {
        await new Promise(resolve => setTimeout(resolve, 10))
      },
    } as Callback<Learner>
    const began = performance.now()
    await make().fit(1e-3, 1, { callbacks: [profiler, slow] })
    const whole = performance.now() - began
    const { total, calls } = rowOf(profiler, 'callback', 'slow')!
    expect(calls).toBe(5 + 1 + 5)
    expect(total).toBeGreaterThan(95)
    expect(total).toBeLessThan(whole)
    expect(rowOf(profiler, 'event', 'after_backward')!.total).toBeGreaterThan(45)
    // Handlers are no part of the parts around them.
    const parts = ['data', 'prediction', 'loss', 'way back', 'step'].map(name => rowOf(profiler, 'part', name)!)
    expect(parts.map(({ calls }) => calls)).toEqual([5, 5, 5, 5, 5])
    expect(parts.reduce((sum, { total }) => sum + total, 0)).toBeLessThan(whole - total)
    expect(rowOf(profiler, 'part', 'validation')!.calls).toBe(1)
    const kernels = profiler.rows.filter(({ kind }) => kind === 'kernel')
    const product = tf.getBackend() === 'tensorflow' ? 'DenseLayer' : '_FusedMatMul'
    expect(rowOf(profiler, 'kernel', product)!.calls).toBeGreaterThan(5)
    expect(kernels.reduce((sum, { total }) => sum + total, 0)).toBeLessThan(whole - total)
  })

  it('is a table, and a plot', async () => {
    const profiler = new Profiler()
    expect(() => profiler.plot_time()).toThrow(/has measured no fit yet/)
    await make().fit(1e-3, 1, { callbacks: profiler })
    const table = profiler.table()
    expect(table).toMatch(/^Fit +\d+\.\d +100\.0 %\n\nParts of the loop +ms +share +calls +ms a call\n/)
    expect(table).toMatch(/\nstep +\d+\.\d +\d+\.\d % +5 +\d+\.\d{3}\n/)
    const plot = profiler.plot_time({ show: false })
    expect(plot.chart.panels.map(({ title }) => title)).toEqual([
      'Parts of the loop',
      'Handlers by event',
      'Handlers by callback',
      'Kernels',
    ])
    expect(plot.draw({ color: false })).toContain('prediction')
  })

  it('begins anew with each fit, and leaves nothing behind, beside another who watches', async () => {
    const learn = make()
    const own = Object.keys(tf.engine())
    const [profiler, guard] = [new Profiler(), new LeakGuard({ raise: true })]
    for (let fit = 0; fit < 2; fit++) {
      await learn.fit(1e-3, 1, { callbacks: [profiler, guard] })
      expect(rowOf(profiler, 'part', 'step')!.calls).toBe(5)
    }
    const failing: Callback = {
      after_loss() {
        throw new Error('no')
      },
    }
    await expect(learn.fit(1e-3, 1, { callbacks: [guard, profiler, failing] })).rejects.toThrow('no')
    expect(learn.bus.around).toBe(undefined)
    expect(Object.keys(tf.engine())).toEqual(own)
  })

  it('changes no bit', async () => {
    const plain = await make().fit(1e-2, 2)
    expect((await make().fit(1e-2, 2, { callbacks: new Profiler() })).losses).toEqual(plain.losses)
  })
})

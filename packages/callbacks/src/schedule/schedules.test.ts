import { describe, expect, it } from 'vitest'
import { schedules, torch } from './index.js'
import { schedule_table } from './schedules.js'

const needed: Record<string, Record<string, number | number[]>> = {
  use_clr: { use_clr: [32, 5] },
  use_clr_beta: { use_clr_beta: [10, 10, 0.95, 0.85] },
  exponential: { end: 1e-4 },
  torch_cyclic: { base_lr: 1e-3, step_size_up: 10 },
  torch_warm_restarts: { T_0: 20 },
}

describe.each(Object.keys(schedules))('%s', name => {
  const { options, description } = schedules[name]!
  const values = { ...('lr' in options && { lr: 0.05 }), ...needed[name] }

  it('draws a rate for every batch, with its defaults', () => {
    const { lr, mom, steps } = schedule_table(name, values, { epochs: 2, batches: 30 })
    expect(steps).toBe(60)
    expect(lr).toHaveLength(60)
    expect(lr.every(value => value >= 0 && Number.isFinite(value))).toBe(true)
    expect(mom?.every(value => value >= 0.8 && value <= 0.95) ?? true).toBe(true)
  })

  it('describes itself and every option, and knows no others', () => {
    expect(description.length).toBeGreaterThan(10)
    for (const option of Object.values(options)) expect(option.description.length).toBeGreaterThan(3)
    expect(() => schedule_table(name, { ...values, bogus: 1 }, { epochs: 1, batches: 30 })).toThrow(`${name} has no option bogus`)
  })

  it('passes every option on', () => {
    for (const [key, { type, choices, default: value }] of Object.entries(options)) {
      if (typeof value !== 'number' && !choices) continue
      const given = { ...values, [key]: type === 'choice' ? choices!.at(-1)! : (value as number) }
      expect(() => schedule_table(name, given, { epochs: 2, batches: 30 })).not.toThrow()
    }
  })
})

it('is the schedule that the functions make', () => {
  const { lr } = schedule_table('torch_one_cycle', { lr: 0.1 }, { epochs: 1, batches: 10 })
  const original = torch.OneCycleLR({ max_lr: 0.1 }).lr
  expect(lr).toEqual(Array.from({ length: 10 }, (_, step) => original(step, 10)))
})

it('takes as many epochs as the cycles need', () => {
  const values = { lr: 1, n_cycles: 3, cycle_len: 1 }
  expect(schedule_table('sgdr', values, { epochs: 1, batches: 10 }).steps).toBe(70)
})

it('refuses an unknown name, and a missing rate', () => {
  expect(() => schedule_table('one_cycel', {}, { epochs: 1, batches: 1 })).toThrow("must be one of 'one_cycle'")
  expect(() => schedule_table('one_cycle', {}, { epochs: 1, batches: 1 })).toThrow('lr_max must be a number')
  expect(() => schedule_table('one_cycle', { lr: 1 }, { epochs: 0, batches: 1 })).toThrow('epochs')
})

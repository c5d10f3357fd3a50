import { describe, expect, test } from 'vitest'
import type { RecorderPart } from './part.js'
import { Recorder } from './recorder.js'
import { FakeFit } from './testing/fake-fit.js'

const options = {
  epochs: 3,
  hypers: (k: number) => ({ lr: [k + 1, k + 2], mom: [0.9], wd: [k < 7 ? 0.1 : 0.2] }),
  loss: (k: number) => (k === 4 ? Number.NaN : 1 / (k + 1)),
}

/** What a fit tells, part by part, after every so many batches. */
function told(every: number, through: (part: RecorderPart) => RecorderPart = part => structuredClone(part)) {
  const recorder = new Recorder()
  const parts: RecorderPart[] = []
  let place: RecorderPart['to'] | undefined
  const tell = () => {
    const part = recorder.since(place)
    if (part) parts.push(through(part))
    place = part?.to ?? place
  }
  let batch = 0
  const teller = { order: 60, after_batch: () => void (batch++ % every === 0 && tell()), after_epoch: tell }
  const fit = new FakeFit([recorder, teller], options)
  fit.run()
  tell()
  return { recorder, parts, fit, tell }
}

describe('a recorder that is told part by part', () => {
  test.each([1, 2, 100])('has the same history after every %s batches, each batch told once', every => {
    const { recorder, parts } = told(every)
    const there = new Recorder()
    for (const part of parts) there.append(part)
    expect(there.history).toEqual(recorder.history)
    expect(there.smooth_loss).toBe(recorder.smooth_loss)
    expect(parts.flatMap(part => part.history.losses)).toEqual(recorder.history.losses)
    expect(there.plot_lr().chart).toEqual(recorder.plot_lr().chart)
  })

  test('has it through JSON too, where a loss that is no number is null', () => {
    const { recorder, parts } = told(3, part => JSON.parse(JSON.stringify(part)))
    const there = new Recorder()
    for (const part of parts) there.append(part)
    expect(there.history).toEqual({
      ...recorder.history,
      epochs: JSON.parse(JSON.stringify(recorder.history.epochs)),
    })
    expect(there.plot_losses().chart).toEqual(recorder.plot_losses().chart)
  })

  test('is told of the next fit from its beginning, and nothing when nothing is new', () => {
    const { recorder, parts, fit, tell } = told(4)
    const there = new Recorder()
    for (const part of parts.splice(0)) there.append(part)
    const first = there.history
    fit.run()
    tell()
    tell()
    for (const part of parts) there.append(part)
    expect(there.history).toEqual(recorder.history)
    expect(there.history).not.toBe(first)
    expect(recorder.since(recorder.since()!.to)).toBeUndefined()
  })

  test('is told of a search', () => {
    const { recorder } = told(4)
    const { to } = recorder.since()!
    const found = { lrs: [1], losses: [1], smooth_losses: [1], suggestions: {}, suggestion: 'valley' }
    recorder.lrFind = { ...found, start_lr: 1, end_lr: 2, num_it: 1 }
    const part = recorder.since(to)!
    expect(part.history.losses).toEqual([])
    expect(new Recorder().append(recorder.since()!).append(part).lrFind).toEqual(recorder.lrFind)
  })

  test('refuses a part that it has, or that leaves a gap, and stays as it was', () => {
    const { parts } = told(2)
    const there = new Recorder().append(parts[0]!)
    const before = structuredClone(there.history)
    expect(() => there.append(parts[2]!)).toThrow(/begins at batch 3 of fit 1, and here is batch 1 of fit 1: ask for all/)
    expect(() => there.append({} as never)).toThrow(/append takes what another recorder's since\(\) gave, but got \{\}/)
    expect(there.history).toEqual(before)
  })
})

describe('a recorder from elsewhere', () => {
  test('has a copy of a history, which may have been in a file', () => {
    const { recorder } = told(4)
    const there = Recorder.from(JSON.parse(JSON.stringify(recorder.history)))
    expect(there.plot_losses().chart).toEqual(recorder.plot_losses().chart)
    expect(Recorder.from(recorder.history).history).not.toBe(recorder.history)
    expect(() => Recorder.from({ losses: [1] } as never)).toThrow(/Recorder.from takes a history/)
  })

  test('follows a training, whose next fit has another history', () => {
    const { recorder } = told(4)
    const hearers: (() => void)[] = []
    const source = { history: new Recorder().history, on: (_: string, hear: () => void) => hearers.push(hear) }
    const there = Recorder.from(source)
    const plot = there.plot_losses({ live: true })
    let changes = 0
    const leave = plot.live!.follow(() => void changes++)
    expect(() => plot.chart).toThrow(/Nothing to plot/)
    source.history = recorder.history
    hearers[1]!()
    expect(plot.chart).toEqual(recorder.plot_losses().chart)
    leave()
    hearers[1]!()
    expect(changes).toBe(1)
  })
})

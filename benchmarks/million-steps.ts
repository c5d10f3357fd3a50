// What it takes to draw a fit of 1,000,000 steps, raw and smoothed losses, as SVG, PNG, HTML and characters: npx tsx benchmarks/million-steps.ts
import { pathToFileURL } from 'node:url'
import { emptyHistory, type History, Recorder } from '@onecycle/recorder'
import { timed } from './turns.js'

/** A fit with one spike; its losses are noisy, so that none of its points can be left out unseen. */
export function longFit(steps: number, spike: number): History {
  const history = emptyHistory()
  let state = 1
  let mean = 0
  for (let step = 0; step < steps; step++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    const loss = step === spike ? 9 : 0.2 + Math.exp((-5 * step) / steps) + (0.3 * state) / 2 ** 32
    mean = 0.98 * mean + 0.02 * loss
    history.losses.push(loss)
    history.smooth_losses.push(mean / (1 - 0.98 ** (step + 1)))
    history.lrs.push(0.01)
  }
  const epoch = Math.round(steps / 10)
  for (let i = 1; i <= 10; i++) {
    history.nb_batches.push(epoch)
    history.val_losses.push(0.3 + Math.exp(-i / 2))
    history.epochs.push({ epoch: i - 1, train_loss: null, valid_loss: 0.3, time: 1 })
  }
  return history
}

export interface Drawing {
  readonly name: string
  /** Seconds of this process's processor time, and by the clock. */
  readonly cpu: number
  readonly wall: number
  readonly size: number
}

/** Each drawing by itself, from the history on, after one of a small fit that loads what draws. */
export async function drawings(steps = 1_000_000): Promise<Drawing[]> {
  const recorder = Recorder.from(longFit(steps, Math.floor(steps / 3)))
  const small = Recorder.from(longFit(100, 33))
  const ways = {
    'chart alone': (of: Recorder) => of.plot_losses({ show: false }).chart.panels.length,
    characters: async (of: Recorder) => (await of.plot_losses({ show: false }).text({ width: 100, color: false })).length,
    SVG: async (of: Recorder) => (await of.plot_losses({ show: false }).svg()).length,
    PNG: async (of: Recorder) => (await of.plot_losses({ show: false }).png()).length,
    HTML: async (of: Recorder) => (await of.plot_losses({ show: false }).html()).length,
  }
  const all: Drawing[] = []
  for (const [name, draw] of Object.entries(ways)) {
    await draw(small)
    let size = 0
    const { cpu, wall } = await timed(async () => {
      size = await draw(recorder)
    })
    all.push({ name, cpu: cpu / 1000, wall: wall / 1000, size })
  }
  return all
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  console.log('1,000,000 steps          processor, s   clock, s      bytes')
  for (const { name, cpu, wall, size } of await drawings())
    console.log(
      `${name.padEnd(24)} ${cpu.toFixed(2).padStart(12)} ${wall.toFixed(2).padStart(10)} ${size.toLocaleString('en').padStart(10)}`,
    )
}

import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Death, runTraining } from '../process.js'
import type { Outcome } from './lab.js'

/** Where a training process is when it gets a signal: after so many of these signs. */
const phases: Record<string, Pick<Death, 'sign' | 'count'>> = {
  'in lr_find': { sign: 'l', count: 4 },
  'in a training batch': { sign: '.', count: 20 },
  'in a validation batch': { sign: 'v', count: 8 },
  'between epochs': { sign: 'e', count: 2 },
  'amid the writing of a checkpoint': { sign: 'w', count: 6 },
}

export interface SignalOptions {
  readonly backend: string
  readonly threads: number
  readonly node?: string | undefined
  readonly signals?: readonly NodeJS.Signals[]
}

/** Signals end a process with another checkpoint, from which the next one goes on to the same bits; so does one that may write little. */
export async function* signalled({
  signals = ['SIGINT', 'SIGTERM', 'SIGUSR1'],
  ...options
}: SignalOptions): AsyncGenerator<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'onecycle-signals-'))
  const run = (name: string, more: { death?: Death; shell?: string } = {}) =>
    runTraining({ ...options, dir: join(folder, name), combination: 'plain', ...more })
  const unfinished = (name: string) =>
    readdirSync(join(folder, name))
      .filter(file => file.endsWith('.tmp'))
      .map(file => `${file} stays`)
  try {
    const whole = await run('alone')
    for (const signal of signals)
      for (const [phase, place] of Object.entries(phases)) {
        const name = `${signal}-${place.sign}`
        const { code, stderr } = await run(name, { death: { ...place, milliseconds: 0, signal } })
        const lost = code === 128 + constants.signals[signal] ? [] : [`its exit code: ${code} ${stderr}`]
        const { end } = await run(name)
        if (end !== whole.end) lost.push('begun anew it ends with other bits')
        const said = /The last checkpoint is/.test(stderr) ? ', and names its last checkpoint' : ''
        yield { fault: `${signal} ${phase}`, outcome: `ends with ${code}${said}`, lost: [...lost, ...unfinished(name)] }
      }
    if (process.platform === 'win32') return
    const { stderr, end } = await run('limited', { shell: 'ulimit -f 8' })
    const lost = [
      ...(end === whole.end ? [] : ['it ends with other bits']),
      ...(stderr.includes('Training goes on') ? [] : ['a warning']),
    ]
    yield { fault: 'files of 8 KB at most', outcome: 'goes on, and says why', lost }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

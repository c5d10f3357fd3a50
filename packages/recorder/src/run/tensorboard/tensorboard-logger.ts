import { append, checkAddress, checkOptions, joined, kind, type Message, show, typeError } from '@onecycle/platform'
import type { RunEvent } from '../run-event.js'
import { RunLogger, type RunLoggerOptions, runLoggerKinds } from '../run-logger.js'
import {
  fileVersion,
  hparamsEnd,
  hparamsValue,
  noteValue,
  scalarValue,
  sessionStart,
  summary,
  textValue,
} from './event-message.js'
import { record } from './records.js'

/** What a `TensorBoardLogger` is given: the folder that TensorBoard reads. */
export interface TensorBoardLoggerOptions extends RunLoggerOptions {
  /** The folder that `tensorboard --logdir` reads, or one in it. */
  dir: string
}

/**
 * Writes TensorBoard's event files: rates, momentum and losses of each batch, losses and metrics of each epoch, what was told as `hparams`, and notes
 * (figures, texts, pictures, histograms). Each fit is a run of its own there, `fit-0`, and each search for a rate, `lr_find-0`. A step
 * is a training batch. One that goes on from a checkpoint gets another file, which tells TensorBoard what of the ones before is void.
 *
 * Needs nothing of TensorFlow's. Source: fastai's `TensorBoardCallback`; the formats of TFRecord and of TensorBoard's events.
 *
 * @throws TypeError for an unknown option, or no folder; Error for an address that cannot be written here
 * @example
 * const board = new TensorBoardLogger({ dir: 'runs/a', hparams: { lr: 1e-2, width: 16 } })
 * await learn.fit_one_cycle(5, 1e-2, { callbacks: board })   // then: tensorboard --logdir runs
 */
export class TensorBoardLogger extends RunLogger {
  static override readonly name: string = 'TensorBoardLogger'
  readonly dir: string
  #run: Extract<RunEvent, { type: 'run' }> | undefined
  #path = ''
  #records: { readonly path: string; readonly bytes: Uint8Array }[] = []
  #searches = 0
  #files = 0

  constructor(options: TensorBoardLoggerOptions) {
    checkOptions<TensorBoardLoggerOptions>('TensorBoardLogger', options, { ...runLoggerKinds, dir: kind.string })
    const { dir, ...rest } = options
    if (!dir) throw typeError('wrong-argument', `TensorBoardLogger takes a folder, such as 'runs/a', but got ${show(dir)}.`)
    checkAddress(dir, 'write')
    super(rest)
    this.dir = dir.replace(/\/+$/, '')
  }

  override hear(event: RunEvent): void {
    const { type, time } = event
    if (type === 'run') this.#run = event
    else if (type === 'fit') this.#begin(`fit-${event.fit}`, time, 0)
    else if (type === 'resume') this.#begin(`fit-${event.fit}`, time, event.batches + 1)
    else if (type === 'batches') this.#addBatches(event)
    else if (type === 'epoch') this.#addEpoch(event)
    else if (type === 'end') this.#add(summary(time, 0, [hparamsEnd(event.reason === 'completed', time)]))
    else if (type === 'lr_find') this.#addSearch(event)
    else this.#add(summary(time, event.batch, [noteValue(event)]))
  }

  override async flush(): Promise<void> {
    while (this.#records.length > 0) {
      const { path } = this.#records[0]!
      const ours = this.#records.filter(each => each.path === path)
      await append(path, joined(ours.map(({ bytes }) => bytes)))
      this.#records = this.#records.filter(each => each.path !== path)
    }
  }

  #begin(name: string, time: number, step: number): void {
    // The number of seconds is how TensorBoard orders the files of a run; that of the file keeps two of one second apart.
    this.#path = `${this.dir}/${name}/events.out.tfevents.${String(Math.floor(time / 1000)).padStart(10, '0')}.onecycle.${this.#files++}.v2`
    this.#add(fileVersion(time))
    this.#add(sessionStart(time, step))
    if (step > 0 || !this.#run) return
    const { description, hparams } = this.#run
    const values = [hparamsValue(hparams, this.#run.name, time)]
    if (description) values.push(textValue('run', `\`\`\`\n${JSON.stringify(description, null, 2)}\n\`\`\``))
    this.#add(summary(time, 0, values))
  }

  #addBatches({ time, first, losses, smooth_losses, lrs, moms, lr_groups, hps }: Extract<RunEvent, { type: 'batches' }>): void {
    for (const [i, lr] of lrs.entries()) {
      const values = [
        scalarValue('train_loss', losses[i] ?? Number.NaN),
        scalarValue('smooth_loss', smooth_losses[i] ?? Number.NaN),
        scalarValue('lr', lr),
      ]
      if (moms[i] !== undefined) values.push(scalarValue('mom', moms[i]))
      for (const [group, rate] of (lr_groups?.[i] ?? []).entries()) values.push(scalarValue(`lr_groups/${group}`, rate))
      for (const [name, all] of Object.entries(hps ?? {})) values.push(scalarValue(name, all[i]!))
      this.#add(summary(time, first + i + 1, values))
    }
  }

  #addEpoch({ time, batches, row: { epoch, train_loss: _, ...row } }: Extract<RunEvent, { type: 'epoch' }>): void {
    const there = Object.entries({ epoch: epoch + 1, ...row }).filter((each): each is [string, number] => each[1] !== null)
    this.#add(
      summary(
        time,
        batches,
        there.map(([name, value]) => scalarValue(name === 'time' ? 'epoch_seconds' : name, value)),
      ),
    )
  }

  #addSearch({ time, found }: Extract<RunEvent, { type: 'lr_find' }>): void {
    const fit = this.#path
    this.#begin(`lr_find-${this.#searches++}`, time, 0)
    const { lrs, losses, smooth_losses, suggestions, reason } = found
    for (const [i, lr] of lrs.entries()) {
      const [loss, smooth] = [losses[i] ?? Number.NaN, smooth_losses[i] ?? Number.NaN]
      this.#add(
        summary(time, i + 1, [scalarValue('lr', lr), scalarValue('train_loss', loss), scalarValue('smooth_loss', smooth)]),
      )
    }
    const lines = Object.entries(suggestions).map(([name, found]) => `- ${name}: ${found ? found.lr : 'none'}`)
    this.#add(summary(time, lrs.length, [textValue('suggestions', [...lines, ...(reason ? [reason] : [])].join('\n'))]))
    this.#path = fit
  }

  #add(message: Message): void {
    this.#records.push({ path: this.#path, bytes: record(message) })
  }
}

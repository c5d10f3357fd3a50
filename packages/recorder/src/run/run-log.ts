import { append, checkAddress, checkOptions, kind, show, typeError } from '@onecycle/platform'
import type { RunEvent } from './run-event.js'
import { RunLogger, type RunLoggerOptions, runLoggerKinds } from './run-logger.js'

/** What a `RunLog` is given: the file. */
export interface RunLogOptions extends RunLoggerOptions {
  /** The file: `runs/a/log.jsonl`. */
  path: string
}

/**
 * Writes all that happens in a run to one file, a line of JSON for each {@link RunEvent}: added to its end once a second and on the disk at the end
 * of each epoch, so that a crash costs the last second. {@link readRun} reads it, also while it is written; a fit that goes on from a checkpoint
 * goes on in the same file, and what had been written past that is void for whoever reads.
 *
 * @throws TypeError for an unknown option or a path that is none; Error for an address that cannot be written here
 * @example
 * await learn.fit_one_cycle(5, 1e-2, { callbacks: new RunLog({ path: 'runs/a/log.jsonl' }) })
 * const run = await readRun('runs/a/log.jsonl')
 * await Recorder.from(run.fits[0]!.history).plot_losses().save('runs/a/losses.png')
 */
export class RunLog extends RunLogger {
  static override readonly name: string = 'RunLog'
  readonly path: string
  #lines: string[] = []

  constructor(options: RunLogOptions) {
    checkOptions<RunLogOptions>('RunLog', options, { ...runLoggerKinds, path: kind.string })
    const { path, ...rest } = options
    if (!path)
      throw typeError('wrong-argument', `RunLog takes the path of its file, such as 'runs/a/log.jsonl', but got ${show(path)}.`)
    checkAddress(path, 'write')
    super(rest)
    this.path = path
  }

  override hear(event: RunEvent): void {
    this.#lines.push(JSON.stringify(event))
  }

  /** What cannot be written, as the disk is full, is tried again with what comes next. */
  override async flush(): Promise<void> {
    const lines = this.#lines
    if (lines.length === 0) return
    this.#lines = []
    try {
      await append(this.path, `${lines.join('\n')}\n`)
    } catch (error) {
      this.#lines = [...lines, ...this.#lines]
      throw error
    }
  }
}

import type { LearnerOptions } from '@onecycle/learner'
import { canRedraw } from '@onecycle/platform'
import { type RendererName, TerminalView } from '@onecycle/recorder'
import { UsageError } from '../usage-error.js'

/** How a command shows what goes on. */
export interface ShowingOptions {
  /** The name of a renderer; false shows nothing. */
  readonly progress: RendererName | false
  readonly tui?: boolean
  readonly json?: boolean
}

/** Progress is for people, on standard error; as JSON it is for programs, on standard output. Beside results as JSON there is none, unless asked for. */
export function progressOf({ progress, json = false }: ShowingOptions): NonNullable<LearnerOptions['progress']> {
  if (progress === false || (json && progress === 'bar')) return false
  return { renderer: progress, stream: progress === 'json' ? process.stdout : process.stderr }
}

/**
 * The view of a whole terminal, where it is asked for.
 *
 * @throws UsageError where there is no terminal to see it on
 */
export function viewOf({ tui = false }: ShowingOptions, title: string): TerminalView[] {
  if (!tui) return []
  if (!process.stderr.isTTY)
    throw new UsageError('no-terminal', '--tui shows a fit on a whole terminal, and standard error is none. Leave it out.')
  if (!canRedraw(process.stderr)) {
    const { CI, TERM } = process.env
    const why = TERM === 'dumb' ? 'TERM is dumb' : `CI is set (${CI}), where output is a log`
    throw new UsageError('no-terminal', `--tui draws over a whole terminal, and ${why}. Leave it out, or unset it.`)
  }
  return [new TerminalView({ stream: process.stderr, title, checkpoints: `${title}/checkpoints` })]
}

import { beforeWriting } from '#platform/own-streams.js'
import { sayLine, standardError, standardOutput } from '#platform/terminal.js'
import { nextTurn } from '#platform/timers.js'
import type { OutputStream } from './output-stream.js'

/** How many fits and writes each stream must be outlived by. A stream that is known here has our listener. */
const holders = new WeakMap<OutputStream, number>()
const reported = new WeakSet<OutputStream>()

/**
 * Until the function that is returned is called, errors of these streams end nothing: a full disk is reported once on standard
 * error, a closed pipe (`| head -2`) not at all, since its reader has gone on purpose.
 *
 * The listener stays, because a pipe does not open again: EPIPE goes unpunished from then on. Any other error that comes when
 * nothing is held is thrown as if the listener was not there, and listeners of the program's own hear all of them.
 */
export function outlive(...streams: OutputStream[]): () => void {
  for (const stream of streams) {
    if (!holders.has(stream)) stream.on?.('error', onError)
    holders.set(stream, (holders.get(stream) ?? 0) + 1)
  }
  let held = true
  return () => {
    if (held) for (const stream of streams) holders.set(stream, holders.get(stream)! - 1)
    held = false
  }
}

/** Writes to a stream that may be closed or full: whatever it answers, throws, rejects or emits, nothing comes of it here. */
export function writeTo(stream: OutputStream, text: string): void {
  const release = outlive(stream)
  try {
    // A stream emits its error after it has called back.
    const answer = stream.write(text, () => void nextTurn().then(release))
    if (answer instanceof Promise) answer.catch(error => report(stream, error))
  } catch (error) {
    report(stream, error)
    release()
  }
}

const hiders = new Set<() => void>()

/**
 * Has `hide` called before anything is said, or written by the program to its terminal, until the function that is returned is: a bar that is drawn
 * over would stand amid the line.
 */
export function beforeSaying(hide: () => void): () => void {
  const release = beforeWriting(hide)
  hiders.add(hide)
  return () => {
    release()
    hiders.delete(hide)
  }
}

/** Tells the person one line on standard error, which may be closed or full. */
export function say(line: string): void {
  for (const hide of hiders) hide()
  const release = outlive(standardError())
  sayLine(line)
  // Its error comes a moment later.
  void nextTurn().then(release)
}

function onError(this: OutputStream, error: Error): void {
  if (holders.get(this)! > 0 || isClosed(error)) report(this, error)
  else if (this.listenerCount?.('error') === 1) throw error
}

function report(stream: OutputStream, error: unknown): void {
  if (isClosed(error) || reported.has(stream) || stream === standardError()) return
  reported.add(stream)
  const name = stream === standardOutput() ? 'standard output' : 'the stream that progress is written to'
  writeTo(
    standardError(),
    `onecycle: ${name} fails (${(error as Error)?.message ?? error}). What goes there is lost, the training is not.\n`,
  )
}

function isClosed(error: unknown): boolean {
  return (error as { code?: unknown } | undefined)?.code === 'EPIPE'
}

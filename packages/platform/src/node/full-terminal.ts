import type { FullTerminal, TerminalHearer, TerminalInput } from '../full-terminal.js'
import type { OutputStream } from '../output-stream.js'
import { insteadOfWriting, ownTerminals } from './process/own-terminals.js'
import { canRedraw } from './terminal.js'

/** What ends a process unless somebody hears it. */
const ends = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** What views end by: each of them hears a signal, and none of them keeps a process from ending. */
const enders = new WeakSet<object>()

/** There signals are sent to nobody: what is sent ends the process at once. */
const isWindows = process.platform === 'win32'

function interrupt(): void {
  if (isWindows && process.listenerCount('SIGINT') > 0) process.emit('SIGINT', 'SIGINT')
  else process.kill(process.pid, 'SIGINT')
}

const [ctrlC, ctrlZ, esc] = ['\x03', '\x1a', '\x1b']

/**
 * Takes a whole terminal: keys come one by one, and what the program writes is heard in place of being shown. However the process ends, the hearer is
 * asked to leave it as it was first, and while it is suspended by Ctrl-Z, too.
 *
 * @returns undefined where `stream` is no terminal that can be drawn over
 */
export function takeTerminal(stream: OutputStream, hearer: TerminalHearer, given?: TerminalInput): FullTerminal | undefined {
  if (!canRedraw(stream)) return undefined
  const own = stream === process.stdout || stream === process.stderr
  const input = given ?? (own && process.stdin.isTTY ? (process.stdin as TerminalInput) : undefined)
  const write = stream.write.bind(stream)
  const covered = own ? ownTerminals() : []
  const onKey = (keys: Uint8Array | string) => {
    const all = [...String(keys)]
    // What was pasted, and what a terminal says of arrows and of itself, are no keys; Ctrl-C counts among them too.
    for (const key of all) if (all.length === 1 || key === ctrlC || key === ctrlZ) press(key)
  }
  const press = (key: string) => {
    if (key === ctrlC) interrupt()
    else if (key === ctrlZ) suspend()
    else if (key !== esc) hearer.key(key)
  }
  let uncover = () => {}
  let ours = false
  let before = { raw: false, flows: false }

  const take = () => {
    ours = true
    before = { raw: input?.isRaw === true, flows: input?.readableFlowing === true }
    input?.setRawMode?.(true)
    input?.on('data', onKey)
    input?.resume?.()
    uncover = insteadOfWriting(covered, hearer.written)
  }
  const giveBack = (forGood: boolean) => {
    if (!ours) return
    ours = false
    uncover()
    hearer.leave(forGood)
    input?.off('data', onKey)
    input?.setRawMode?.(before.raw)
    if (!before.flows) input?.pause?.()
  }
  // The whole group, as the key does elsewhere: what started the program waits for it.
  const suspend = () => {
    if (isWindows) return
    giveBack(false)
    process.off('SIGTSTP', suspend)
    process.kill(own ? 0 : process.pid, 'SIGTSTP')
  }
  const goOn = () => {
    if (ours) return
    process.on('SIGTSTP', suspend)
    take()
    hearer.back()
  }
  // Who else hears it ends what is under way, and this with it.
  const end = (signal: NodeJS.Signals) => {
    if (process.listeners(signal).some(hear => !enders.has(hear))) return
    giveBack(true)
    process.off(signal, end)
    process.kill(process.pid, signal)
  }

  enders.add(end)
  const leave = () => giveBack(true)

  take()
  stream.on?.('resize', hearer.resized)
  if (own) {
    for (const signal of ends) process.prependListener(signal, end)
    process.on('SIGTSTP', suspend).on('SIGCONT', goOn)
    // Who took it last leaves it first.
    process.prependListener('exit', leave).prependListener('uncaughtExceptionMonitor', leave)
  }
  return {
    write,
    hasKeys: input !== undefined,
    get size(): [number, number] {
      const [columns, rows] = stream.getWindowSize?.() ?? []
      return [columns || stream.columns || 80, rows || stream.rows || 24]
    },
    release() {
      giveBack(false)
      stream.off?.('resize', hearer.resized)
      for (const signal of ends) process.off(signal, end)
      process.off('SIGTSTP', suspend).off('SIGCONT', goOn).off('exit', leave).off('uncaughtExceptionMonitor', leave)
    },
  }
}

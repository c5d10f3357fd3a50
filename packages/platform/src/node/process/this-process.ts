import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'

/** What tells a process from all others, also from one that has its number later. */
export interface ProcessMark {
  readonly pid: number
  /** When it was started, as the system counts; '' where that cannot be asked. */
  readonly started: string
  readonly host: string
}

/** The mark of this process. */
export function thisProcess(): ProcessMark {
  return { pid: process.pid, started: startOf(process.pid) ?? '', host: hostname() }
}

/** Whether a process still runs, as far as this machine can say: one of another host may. */
export function mayRun({ pid, started, host }: ProcessMark): boolean {
  if (host !== hostname()) return true
  try {
    process.kill(pid, 0)
  } catch (error) {
    // EPERM: it is there, and another person's.
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
  }
  const now = startOf(pid)
  return now === undefined || started === '' || now === started
}

/** Linux alone says it in a file: the 22nd field, in ticks since the machine was started. A process that has ended, and is not collected, has none. */
function startOf(pid: number): string | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The 2nd field is a name, in which anything may stand.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return ['Z', 'X'].includes(fields[0]!) ? 'ended' : fields[19]
  } catch {
    return undefined
  }
}

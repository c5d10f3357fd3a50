/**
 * How the program's thread and one worker talk: a piece of memory that both see.
 *
 * The program writes a call and counts `POSTED` up; the worker carries it out and sets `DONE` to the same count. Each stands on a
 * cache line of its own, so that waiting for one does not slow the other down.
 */
interface Mailbox {
  /** Numbers at the places below. */
  readonly signals: Int32Array
  /** The number of the function, how many arguments it has, and these. */
  readonly call: Float64Array
  /** Why the last call failed, in UTF-16. */
  readonly reason: Uint16Array
}

export const POSTED = 0
export const DONE = 16
/** The length of `reason`; 0 while all is well. */
export const FAILED = 32

const SIGNAL_BYTES = 192
const CALL_BYTES = 256
const REASON_BYTES = 512
export const MAILBOX_BYTES = SIGNAL_BYTES + CALL_BYTES + REASON_BYTES

/**
 * Milliseconds to look for a signal before falling asleep, from which waking up takes 10 to 50 microseconds. The kernels of a training
 * step follow each other closer than this.
 */
const AWAKE = 0.2

export function mailbox(buffer: SharedArrayBuffer): Mailbox {
  return {
    signals: new Int32Array(buffer, 0, SIGNAL_BYTES / 4),
    call: new Float64Array(buffer, SIGNAL_BYTES, CALL_BYTES / 8),
    reason: new Uint16Array(buffer, SIGNAL_BYTES + CALL_BYTES, REASON_BYTES / 2),
  }
}

let maySleep: boolean | undefined

/** A page's own thread must not fall asleep: it waits with open eyes. */
function canSleep(): boolean {
  if (maySleep !== undefined) return maySleep
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 0)
    maySleep = true
  } catch {
    maySleep = false
  }
  return maySleep
}

/**
 * Waits until the signal is no longer `old`: at first with open eyes, then asleep where the thread may.
 *
 * @param limit ms to sleep at most
 * @returns whether it has changed
 */
export function waitFor(signals: Int32Array, place: number, old: number, limit = Number.POSITIVE_INFINITY): boolean {
  const end = performance.now() + (canSleep() ? AWAKE : limit)
  do {
    for (let i = 0; i < 64; i++) if (Atomics.load(signals, place) !== old) return true
  } while (performance.now() < end)
  if (!canSleep()) return false
  // Of a time that the whole process was suspended, at most one nap counts.
  const nap = Number.isFinite(limit) ? 1000 : limit
  for (let left = limit; left > 0; ) {
    if (Atomics.wait(signals, place, old, Math.min(left, nap)) === 'timed-out') left -= nap
    // Who changes a signal wakes others a moment later, which may be when they wait for its next change already.
    else if (Atomics.load(signals, place) !== old) return true
  }
  return false
}

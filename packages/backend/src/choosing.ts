let choices = 0
let pinned: string | undefined

/** Whether a choice of a backend is under way. */
export function isChoosing(): boolean {
  return choices > 0
}

/** Counts a choice as under way until it is made. */
export function whileChoosing(choice: Promise<unknown>): Promise<unknown> {
  choices++
  return choice.catch(() => undefined).finally(() => choices--)
}

/**
 * Has a choice that a trial of speed would make fall on this backend, by the name that TensorFlow.js has for it: a fit that goes on from a
 * checkpoint computes as it began, whatever a trial says by then.
 */
export function pinBackend(tfjsName: string): void {
  pinned = tfjsName
}

export function pinnedBackend(): string | undefined {
  return pinned
}

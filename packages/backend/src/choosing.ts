let choices = 0

/** Whether a choice of a backend is under way. */
export function isChoosing(): boolean {
  return choices > 0
}

/** Counts a choice as under way until it is made. */
export function whileChoosing(choice: Promise<unknown>): Promise<unknown> {
  choices++
  return choice.catch(() => undefined).finally(() => choices--)
}

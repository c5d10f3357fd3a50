/** As `setTimeout`; it keeps no process alive. */
export function timeout(act: () => void, milliseconds: number): ReturnType<typeof setTimeout> {
  const timer: ReturnType<typeof setTimeout> & { unref?(): unknown } = setTimeout(act, milliseconds)
  timer.unref?.()
  return timer
}

const waiting: (() => void)[] = []
let channel: MessageChannel | undefined

/** Lets timers, messages, input and drawing in. A message, for timers wait 4 ms at least once they follow each other. */
export function nextTurn(): Promise<void> {
  if (!channel) {
    channel = new MessageChannel()
    channel.port1.onmessage = () => waiting.shift()?.()
  }
  return new Promise(resolve => {
    waiting.push(resolve)
    channel!.port2.postMessage(undefined)
  })
}

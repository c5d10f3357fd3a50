import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'

/** Says in a file that it has run, and gives its value after so many epochs; `die` has its process end at that epoch without a word, as often as is asked for. */
export default async function trial({ index, params: { x, epochs = 1, pause = 0, die = 0, greedy = 0 }, dir, report, signal }) {
  const took = greedy > 0 ? Buffer.alloc(greedy * 2 ** 20, 1) : Buffer.alloc(1)
  for (let epoch = 1; epoch <= epochs; epoch++) {
    if (pause > 0) await setTimeout(pause, undefined, { signal })
    await report(x / epoch)
    signal.throwIfAborted()
    if (epoch === die) process.kill(process.pid, 'SIGKILL')
  }
  await appendFile(join(dir, '..', 'ran.txt'), `${index} ${took.length}\n`)
  return x
}

import { aroundSteps } from './file-steps.js'

/**
 * From now on each step in which a file is written is told and takes a while, and its bytes come in two parts: so that a process can be
 * killed within. Returns what ends that.
 */
export function tellWrites(tell: () => void, milliseconds: number): Promise<() => void> {
  const pause = () => {
    tell()
    return new Promise(resolve => setTimeout(resolve, milliseconds))
  }
  return aroundSteps(
    ['open', 'writeFile', 'write', 'writev', 'sync', 'datasync', 'rename', 'rm'],
    (work, step) =>
      async function (...args) {
        const [target, content, ...rest] = args
        if (step === 'writeFile' && content instanceof Uint8Array)
          await work.call(this, target, content.subarray(0, content.length >> 1), ...rest)
        await pause()
        return work.apply(this, args)
      },
  )
}
